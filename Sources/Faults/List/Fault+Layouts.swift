import Catalogue
import Tensors

extension Fault {
  /// Which element goes where: kinds that move values.
  static let layouts: [Fault] = [
    Fault(
      "concat-swapped", [.concat], "The first two inputs are swapped.",
      .inputs { inputs in
        guard inputs.count > 1, inputs[0].shape == inputs[1].shape else { return nil }
        return [inputs[1], inputs[0]] + inputs.dropFirst(2)
      }),
    Fault(
      "concat-second-repeated", [.concat], "The first input is taken for the second one as well.",
      .inputs { inputs in
        guard inputs.count > 1, inputs[0].shape == inputs[1].shape else { return nil }
        return [inputs[0], inputs[0]] + inputs.dropFirst(2)
      }),
    moved("concat-interleaved", .concat, "The channels of the inputs are interleaved.") { s, i in
      [i[0], i[1] / 2 + i[1] % 2 * (s[1] / 2), i[2], i[3]]
    },
    moved("concat-channel-late", .concat, "Channels are written one place late.") { s, i in
      [i[0], (i[1] + s[1] - 1) % s[1], i[2], i[3]]
    },
    moved("concat-batch-ignored", .concat, "Every image gets the first one's channels.") { _, i in
      [0, i[1], i[2], i[3]]
    },
    slices("offset-slices-swapped", "dy comes first: channels 1::4, then 0::4.") { channel, anchors in
      channel < anchors ? 4 * channel + 1 : 4 * (channel - anchors)
    },
    slices("offset-slices-of-sizes", "dw and dh are taken: channels 2::4, then 3::4.") { channel, anchors in
      channel < anchors ? 4 * channel + 2 : 4 * (channel - anchors) + 3
    },
    slices("offset-slices-interleaved", "dx and dy stay side by side per anchor.") { channel, _ in
      channel / 2 * 4 + channel % 2
    },
    slices("offset-slices-twice-dx", "dx is taken twice: channels 0::4, then 0::4.") { channel, anchors in
      4 * (channel % anchors)
    },
    slices("offset-slices-in-order", "The first 2A channels are taken.") { channel, _ in channel },
    slices("offset-slices-step-two", "Channels 0::2 are taken.") { channel, _ in 2 * channel },
    slices("offset-slices-of-next-anchor", "Anchors are taken one further.") { channel, anchors in
      4 * ((channel % anchors + 1) % anchors) + channel / anchors
    },
    modulated("modulate-input-not-added", "The input is not added.") { x, o in x * o },
    modulated("modulate-objectness-added", "The map is added for the input.") { x, o in x * o + o },
    modulated("modulate-inverted", "The input is weighted by 1 − o.") { x, o in x * (1 - o) + x },
    modulated("modulate-twice", "The map is applied twice.") { x, o in x * o * o + x },
    modulated("modulate-in-half", "The map is rounded to half precision.") { x, o in x * o.asHalf + x },
    mapped("modulate-map-transposed", "The map's rows and columns are swapped.") { image, y, x, shape in
      (image * shape[2] + x) * shape[3] + y
    },
    mapped("modulate-map-of-first", "Every image takes the first one's map.") { _, y, x, shape in
      y * shape[3] + x
    },
    mapped("modulate-map-late", "The map is read one column late.") { image, y, x, shape in
      (image * shape[2] + y) * shape[3] + min(x + 1, shape[3] - 1)
    },
    permuted("permute-left-out", "The map is viewed as a list without a permutation.") { list in list.flat },
    permuted("permute-value-major", "Channels are taken as value-major: v·A + a.") { list in
      list.source(list.value * list.anchors + list.anchor, list.cell)
    },
    permuted("permute-anchor-first", "Anchors come before cells in the list.") { list in
      let box = list.flat / list.values % (list.cells * list.anchors)
      return list.source(box / list.cells * list.values + list.value, box % list.cells)
    },
    permuted("permute-column-major", "Cells are taken column by column.") { list in
      list.source(
        list.anchor * list.values + list.value, list.cell % list.height * list.width + list.cell / list.height
      )
    },
    permuted("permute-anchors-reversed", "Anchors are taken in reverse.") { list in
      list.source((list.anchors - 1 - list.anchor) * list.values + list.value, list.cell)
    },
    permuted("permute-values-rotated", "Values begin with the last one.") { list in
      list.source(list.anchor * list.values + (list.value + list.values - 1) % list.values, list.cell)
    },
  ]

  /// Elements of the right output moved: the index of the one that is taken, from shape and index.
  private static func moved(
    _ id: String, _ kind: LayerKind, _ sentence: String,
    _ source: @escaping @Sendable (Shape, [Int]) -> [Int]
  ) -> Fault {
    Fault(
      id, [kind], sentence,
      .output { output in
        let shape = output.shape
        return Tensor(
          shape,
          values: output.values.indices.map { flat in
            let index = source(shape, shape.index(ofFlat: flat))
            return output.values[
              ((index[0] * shape[1] + index[1]) * shape[2] + index[2]) * shape[3] + index[3]]
          })
      })
  }

  /// The input channel that an output channel of `box_offsets` copies, from its number and that of the anchors.
  private static func slices(
    _ id: String, _ sentence: String, _ source: @escaping @Sendable (Int, Int) -> Int
  ) -> Fault {
    Fault(
      id, [.boxOffsets], sentence,
      .gathered { probe, flat in
        let shape = probe.layer.outputShape
        let (area, anchors) = (shape[2] * shape[3], shape[1] / 2)
        let (plane, cell) = flat.quotientAndRemainder(dividingBy: area)
        return (plane / shape[1] * 4 * anchors + source(plane % shape[1], anchors)) * area + cell
      })
  }

  /// A function of the input's and the map's element.
  private static func modulated(
    _ id: String, _ sentence: String, _ function: @escaping @Sendable (Float, Float) -> Float
  ) -> Fault {
    Fault(
      id, [.objectnessModulate], sentence,
      .elements { probe, flat in
        let shape = probe.layer.outputShape
        let area = shape[2] * shape[3]
        return function(
          probe.inputs[0].values[flat],
          probe.inputs[1].values[flat / (shape[1] * area) * area + flat % area])
      })
  }

  /// The flat index of the map's element, from image, row, column and the output's shape.
  private static func mapped(
    _ id: String, _ sentence: String, _ source: @escaping @Sendable (Int, Int, Int, Shape) -> Int
  ) -> Fault {
    Fault(
      id, [.objectnessModulate], sentence,
      .elements { probe, flat in
        let (index, map) = (probe.layer.outputShape.index(ofFlat: flat), probe.inputs[1].values)
        let x = probe.inputs[0].values[flat]
        return x * map[min(source(index[0], index[2], index[3], probe.layer.outputShape), map.count - 1)] + x
      })
  }

  /// The flat index of the element that a place of the list copies.
  private static func permuted(
    _ id: String, _ sentence: String, _ source: @escaping @Sendable (ListPlace) -> Int
  ) -> Fault {
    Fault(
      id, [.headPermute], sentence, .gathered { probe, flat in source(ListPlace(probe.layer, flat)) })
  }
}

/// Where an element of `head_permute`'s output comes from.
private struct ListPlace {
  let flat: Int
  let values: Int
  let anchors: Int
  let height: Int
  let width: Int
  private let image: Int

  init(_ layer: Layer, _ flat: Int) {
    self.flat = flat
    let input = layer.inputShapes[0]
    (height, width) = (input[2], input[3])
    values = layer.outputShape[2]
    anchors = input[1] / values
    image = flat / (input[1] * input[2] * input[3])
  }

  var cells: Int { height * width }
  var value: Int { flat % values }
  var anchor: Int { flat / values % anchors }
  var cell: Int { flat / (values * anchors) % cells }

  /// The input's flat index of a channel and a cell of this image.
  func source(_ channel: Int, _ cell: Int) -> Int { (image * values * anchors + channel) * cells + cell }
}
