import Catalogue

extension Network {
  /// By layer, the bytes of the float32 tensors that are alive while it runs: its inputs, its output, and every earlier
  /// output that a later layer still reads. Parameters and what an implementation unfolds or packs are not counted.
  package var liveBytes: [String: Int] {
    let lifetimes = Lifetimes(self)
    var sizes: [String: Int] = [:]
    var alive = 0
    var result: [String: Int] = [:]
    for step in steps {
      let bytes = 4 * step.layer.outputShape.count
      sizes[step.layer.name] = bytes
      alive += bytes
      result[step.layer.name] = alive
      for name in lifetimes.ending(with: step.layer.name) { alive -= sizes[name] ?? 0 }
    }
    return result
  }
}
