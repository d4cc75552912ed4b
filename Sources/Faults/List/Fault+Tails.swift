import Catalogue
import Tensors

extension Fault {
  /// The last slice of an axis, counted from the end where the axis is negative.
  static let tails: [Fault] = [
    tail("last-column-unwritten", -1, "The last column is not written.") { _, _ in .nan },
    tail("last-column-zero", -1, "The last column is left at 0.") { _, _ in 0 },
    tail("last-column-duplicated", -1, "The last column is a copy of the one before.") { $0[$1] },
    tail("last-row-unwritten", -2, "The last row is not written.") { _, _ in .nan },
    tail("last-row-zero", -2, "The last row is left at 0.") { _, _ in 0 },
    tail("last-row-duplicated", -2, "The last row is a copy of the one before.") { $0[$1] },
    tail("last-channel-unwritten", 1, "The last channel is not written.") { _, _ in .nan },
    tail("last-channel-zero", 1, "The last channel is left at 0.") { _, _ in 0 },
    tail("last-channel-duplicated", 1, "The last channel is a copy of the one before.") { $0[$1] },
    damage("last-element-unwritten", "The very last element is not written.") {
      $0[$0.count - 1] = .nan
    },
    damage("pixel-tail-unwritten", "What is left after whole blocks of 16 elements is not written.") {
      for flat in tailOfBlocks($0.count) { $0[flat] = .nan }
    },
    damage("pixel-tail-zero", "What is left after whole blocks of 16 elements is left at 0.") {
      for flat in tailOfBlocks($0.count) { $0[flat] = 0 }
    },
    damage("pixel-tail-stale", "What is left after whole blocks of 16 elements holds the block before.") {
      for flat in tailOfBlocks($0.count) { $0[flat] = $0[flat - 16] }
    },
  ]

  /// Blocks of 16 elements somewhere in the output, and whole outputs.
  static let tiles: [Fault] = [
    damage("tile-lost", "A tile in the middle is never computed.") {
      for flat in middleTile($0.count) { $0[flat] = 0 }
    },
    damage("tile-accumulated-twice", "A tile is computed twice and added to what is there.") {
      for flat in middleTile($0.count) { $0[flat] += $0[flat] }
    },
    damage("tile-at-the-wrong-place", "A tile is also written where the next one belongs.") {
      let tile = middleTile($0.count)
      for flat in tile where flat + 16 < $0.count { $0[flat + 16] = $0[flat] }
    },
    damage("tile-reversed", "A tile's lanes are stored in reverse.") {
      let tile = middleTile($0.count)
      $0[tile].reverse()
    },
    damage("output-late-by-one", "The whole output is written one element late.") {
      $0.insert(0, at: 0)
      $0.removeLast()
    },
    damage("output-stale", "The output is that of the call before: zeros.") {
      for flat in $0.indices { $0[flat] = 0 }
    },
    damage("output-negated-once", "One element has the wrong sign.") {
      let place = $0.firstIndex { $0 != 0 } ?? 0
      $0[place] = -$0[place]
    },
    damage("output-one-nan", "One element is NaN.") { $0[$0.count / 2] = .nan },
    damage("output-one-infinity", "One element is infinite.") { $0[$0.count / 2] = -.infinity },
    damage("output-in-half", "The output is stored in half precision.") {
      for flat in $0.indices { $0[flat] = $0[flat].asHalf }
    },
    damage("output-in-bfloat16", "The output is stored in bfloat16.") {
      for flat in $0.indices { $0[flat] = $0[flat].asBFloat16 }
    },
    Fault(
      "batch-of-first", LayerKind.channelMaps, "Every image of the batch gets the first one's output.",
      .output { output in
        let image = output.shape.count / output.shape[0]
        return Tensor(output.shape, values: output.values.indices.map { output.values[$0 % image] })
      }),
    Fault(
      "tile-written-twice", LayerKind.arrays, "A tile is computed twice and written twice.",
      .output { output in
        var twice = output
        for flat in middleTile(output.values.count) { twice.values[flat] = output.values[flat] }
        return twice
      }, equivalentBecause: "the same value is stored twice"),
  ]

  private static func tailOfBlocks(_ count: Int) -> Range<Int> {
    count < 32 ? (count - 1)..<count : (count - max(count % 16, 1))..<count
  }

  private static func middleTile(_ count: Int) -> Range<Int> {
    let start = count / 2 / 16 * 16
    return start..<min(start + 16, count)
  }

  /// The last slice of `axis` overwritten: from the right values and the index, in the slice before, of the
  /// neighbour.
  private static func tail(
    _ id: String, _ axis: Int, _ sentence: String, _ value: @escaping @Sendable ([Float], Int) -> Float
  ) -> Fault {
    Fault(
      id, axis == 1 ? LayerKind.channelMaps : LayerKind.arrays, sentence,
      .output { output in
        let axis = axis < 0 ? output.shape.rank + axis : axis
        let extent = output.shape[axis]
        let step = output.shape.dimensions[(axis + 1)...].reduce(1, *)
        guard extent > 1 else { return nil }
        let values = output.values.indices.map { flat in
          flat / step % extent == extent - 1 ? value(output.values, flat - step) : output.values[flat]
        }
        return Tensor(output.shape, values: values)
      })
  }

  private static func damage(
    _ id: String, _ sentence: String, _ damage: @escaping @Sendable (inout [Float]) -> Void
  ) -> Fault {
    Fault(
      id, LayerKind.arrays, sentence,
      .output { output in
        var values = output.values
        damage(&values)
        return Tensor(output.shape, values: values)
      })
  }
}
