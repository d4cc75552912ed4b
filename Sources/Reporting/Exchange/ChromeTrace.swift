import History

/// A network run in Chrome's trace event format (Perfetto and chrome://tracing open it): a track per backend with every
/// layer as long as its median, one after the other in the network's order, and the bytes alive as a counter. It shows
/// medians of layers timed alone, not one run's clock.
struct ChromeTrace: Encodable {
  /// One event; times in microseconds.
  struct Event: Encodable {
    var name: String
    /// `X`: a span; `C`: a counter; `M`: metadata.
    var ph: String
    var pid = 1
    var tid: Int?
    var ts: Double?
    var dur: Double?
    var cat: String?
    var args: [String: Argument]
  }

  /// A value in an event's list.
  enum Argument: Encodable {
    case text(String)
    case number(Double)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(JSONNumber(number))
      }
    }
  }

  let traceEvents: [Event]
  let displayTimeUnit = "ms"
  let otherData: [String: String]

  init(_ contents: ReportContents) {
    let model = RunModel(contents)
    var events = [
      Event(name: "process_name", ph: "M", args: ["name": .text(model.run.header.network)])
    ]
    for (place, backend) in model.backends.enumerated() {
      events.append(
        Event(name: "thread_name", ph: "M", tid: place + 1, args: ["name": .text(backend)]))
      events += Self.spans(model, backend, thread: place + 1)
    }
    events += Self.counters(model)
    traceEvents = events
    otherData = [
      "run": model.run.header.uuid, "commit": model.run.header.environment.git.commit,
      "times": "medians of layers timed alone, in the network's order",
    ]
  }

  private static func spans(_ model: RunModel, _ backend: String, thread: Int) -> [Event] {
    var elapsed = 0.0
    return model.run.layers.compactMap { layer in
      guard let result = layer.result(of: backend), let timing = result.timing else { return nil }
      defer { elapsed += timing.median / 1000 }
      var args: [String: Argument] = [
        "shape": .text(layer.words), "algorithm": .text(result.algorithm),
        "macs": .number(Double(layer.macs)),
        "status": .text(result.status.rawValue),
      ]
      args["gflops"] = timing.gflops.map { .number($0) }
      args["error_ratio"] = result.maxRatio.map { .number($0) }
      return Event(
        name: layer.name, ph: "X", tid: thread, ts: elapsed, dur: timing.median / 1000, cat: layer.kind,
        args: args)
    }
  }

  /// What is alive while the subject's layers run.
  private static func counters(_ model: RunModel) -> [Event] {
    guard let subject = model.subject else { return [] }
    var elapsed = 0.0
    return model.run.layers.compactMap { layer in
      defer { elapsed += (layer.result(of: subject)?.timing?.median ?? 0) / 1000 }
      return model.networkLayer(layer).map {
        Event(name: "bytes alive", ph: "C", ts: elapsed, args: ["bytes": .number(Double($0.liveBytes))])
      }
    }
  }
}
