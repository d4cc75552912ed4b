import Backends
import Catalogue
import Microkernels
import Tensors

extension NetworkLowering {
  /// Max pooling from blocks to blocks.
  func lowerPooling(_ step: Step, _ pooling: Pooling) {
    let input = blocked(step.sources[0], step.layer.inputShapes[0], border: Pair(0))
    let output = place(step.layer, isBlocked: true)
    guard let source = input.layout, let target = output.layout else {
      preconditionFailure("pooling needs maps")
    }
    let core = BlockedPooling(pooling: pooling, source: source, target: target, kernels: backend.kernels)
    let pool = backend.pool
    append([step.layer.name], reads: [input], writes: [output]) { arena, _ in
      let (x, y) = (arena.start(input), arena.start(output))
      let border = MapBorder(layout: target)
      return {
        border.clear(y, pool)
        core.run(x, y, pool)
      }
    }
  }

  /// x·o + x from blocks to blocks.
  func lowerModulation(_ step: Step) {
    let input = blocked(step.sources[0], step.layer.inputShapes[0], border: Pair(0))
    let objectness = rowMajor(step.sources[1], step.layer.inputShapes[1])
    let output = place(step.layer, isBlocked: true)
    guard let source = input.layout, let target = output.layout else { preconditionFailure("a map is a map") }
    let core = BlockedModulation(source: source, target: target, kernels: backend.kernels)
    let pool = backend.pool
    append([step.layer.name], reads: [input, objectness], writes: [output]) { arena, _ in
      let (x, o, y) = (arena.start(input), arena.start(objectness), arena.start(output))
      let border = MapBorder(layout: target)
      return {
        border.clear(y, pool)
        core.run(x, o, y, pool)
      }
    }
  }

  /// The objectness map from a permuted head: one pass over [H·W][2A].
  func lowerObjectnessMap(_ step: Step) {
    guard let head = storage(of: step.sources[0]), let context = try? context(step.layer) else {
      preconditionFailure("the head comes before its map")
    }
    let output = place(step.layer, isBlocked: false)
    let (channels, area) = (head.shape[1], step.layer.outputShape.count)
    append([step.layer.name], reads: [head], writes: [output]) { arena, _ in
      nonisolated(unsafe) let (x, y) = (arena.start(head), arena.start(output))
      return {
        context.forEachRange(of: area, least: 1024) { places in
          for place in places {
            let logits = x + place * channels
            y[place] = stride(from: 3, to: channels, by: 2).reduce(logits[1]) { max($0, logits[$1]) }
          }
          context.kernels.sigmoid(y + places.lowerBound, y + places.lowerBound, places.count)
        }
      }
    }
  }

  /// The offset input from a permuted head: [H·W][4A] to blocks, every anchor's first channel, then its second.
  func lowerBoxOffsets(_ step: Step) {
    guard let head = storage(of: step.sources[0]) else { preconditionFailure("the head comes before it") }
    let shape = step.layer.outputShape
    let output = place(step.layer, isBlocked: NetworkAnalysis.hasFilledBlocks(shape))
    guard let layout = output.layout else { preconditionFailure("a map is a map") }
    let (channels, anchors) = (head.shape[1], shape[1] / 2)
    let pool = backend.pool
    append([step.layer.name], reads: [head], writes: [output]) { arena, _ in
      let (x, y) = (arena.start(head), arena.start(output))
      let border = MapBorder(layout: layout)
      return {
        border.clear(y, pool)
        for channel in 0..<shape[1] {
          let (block, lane) = channel.quotientAndRemainder(dividingBy: layout.depth)
          let source = x + 4 * (channel % anchors) + channel / anchors
          let target = y + block * layout.blockStride + lane
          for place in 0..<layout.area {
            target[layout.offset(image: 0, place: place)] = source[place * channels]
          }
        }
      }
    }
  }

  /// From row-major order into blocks.
  func lowerCopy(from source: Storage, to target: Storage, _ layout: MapLayout) {
    let copy = MapCopy(layout: layout)
    let (kernels, pool) = (backend.kernels, backend.pool)
    append([], reads: [source], writes: [target]) { arena, _ in
      let (x, y) = (arena.start(source), arena.start(target))
      let border = MapBorder(layout: layout)
      return {
        border.clear(y, pool)
        if !layout.isFilled { y.update(repeating: 0, count: layout.count) }
        copy.run(from: x, to: y, kernels, pool)
      }
    }
  }

  /// From blocks into row-major order.
  func lowerCopy(from source: Storage, toRowMajor target: Storage) {
    guard let layout = source.layout else { preconditionFailure("only maps are in blocks") }
    let copy = MapCopy(layout: layout)
    let (kernels, pool) = (backend.kernels, backend.pool)
    append([], reads: [source], writes: [target]) { arena, _ in
      let (x, y) = (arena.start(source), arena.start(target))
      return { copy.extract(from: x, to: y, kernels, pool, streams: false) }
    }
  }
}
