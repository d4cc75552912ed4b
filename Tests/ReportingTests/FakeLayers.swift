/// The main layers of EFGRNet-VGG16-320, near enough to its catalogue for a report.
enum FakeLayers {
  struct Layer {
    let name: String
    let kind: String
    let attributes: String
    let input: [Int]
    let output: [Int]
    let kernel: Int

    var parameters: Int { kernel > 0 ? output[1] * input[1] * kernel * kernel + output[1] : 0 }
    var macs: Int { kernel > 0 ? output.reduce(1, *) * input[1] * kernel * kernel : 0 }
    var bytes: Int { 4 * (input.reduce(1, *) + output.reduce(1, *) + parameters) }
  }

  static let all: [Layer] = vgg + context + enrichment + (1...4).flatMap(refinement) + boxes

  private static func conv(
    _ name: String, _ channels: Int, _ out: Int, _ size: Int, kernel: Int = 3, _ rest: String = "ReLU",
    stride: Int = 1
  ) -> Layer {
    Layer(
      name: name, kind: "conv2d", attributes: "\(kernel)×\(kernel), \(rest)",
      input: [1, channels, size * stride, size * stride], output: [1, out, size, size], kernel: kernel)
  }

  private static func plain(
    _ name: String, _ kind: String, _ channels: Int, _ size: Int, from: Int? = nil, _ words: String = ""
  ) -> Layer {
    Layer(
      name: name, kind: kind, attributes: words, input: [1, channels, from ?? size, from ?? size],
      output: [1, channels, size, size], kernel: 0)
  }

  private static var vgg: [Layer] {
    let blocks = [(64, 2, 320), (128, 2, 160), (256, 3, 80), (512, 3, 40), (512, 3, 20)]
    var channels = 3
    var layers: [Layer] = []
    for (index, block) in blocks.enumerated() {
      for number in 1...block.1 {
        layers.append(
          conv("conv\(index + 1)_\(number)", channels, block.0, block.2, "pad 1, bias, ReLU"))
        channels = block.0
      }
      let size = index == 4 ? block.2 : block.2 / 2
      let words = index == 4 ? "3×3, pad 1" : "2×2, stride 2"
      layers.append(plain("pool\(index + 1)", "max_pool2d", channels, size, from: block.2, words))
    }
    return layers + [
      conv("fc6", 512, 1024, 20, "pad 6, dilation 6, bias, ReLU"), conv("fc7", 1024, 1024, 20, kernel: 1),
      conv("conv8_1", 1024, 256, 20, kernel: 1, "norm, ReLU"),
      conv("conv8_2", 256, 256, 10, "stride 2, pad 1, norm, ReLU", stride: 2),
      conv("conv9_1", 256, 128, 10, kernel: 1, "norm, ReLU"),
      conv("conv9_2", 128, 256, 5, "stride 2, pad 1, norm, ReLU", stride: 2),
    ]
  }

  private static var context: [Layer] {
    let pools = [(1, 160), (2, 80), (3, 40)].map { number, size in
      plain("mscf.pool\(number)", "max_pool2d", 3, size, from: 2 * size, "2×2, stride 2")
    }
    let branches = [1, 2, 4].flatMap { rate in
      [
        conv("mscf.branch\(rate).reduce", 128, 32, 40, kernel: 1, "norm, ReLU"),
        conv("mscf.branch\(rate).dilate", 32, 32, 40, "dilation \(rate), norm, ReLU"),
      ]
    }
    return pools + [
      conv("mscf.proj1", 3, 128, 40, "norm, ReLU"), conv("mscf.proj2", 128, 128, 40, kernel: 1, "norm, ReLU"),
    ] + branches + [
      plain("mscf.concat", "concat", 96, 40), conv("mscf.aggregate", 96, 512, 40, kernel: 1, "norm"),
    ]
  }

  private static var enrichment: [Layer] {
    let levels = [(512, 40), (1024, 20), (256, 10), (256, 5)]
    return levels.enumerated().flatMap { index, level in
      let (channels, size) = level
      let down = index + 1 < levels.count ? [(levels[index + 1], index + 1)] : []
      return [
        plain("norm\(index + 1)", "batch_norm2d", channels, size),
        plain("product\(index + 1)", "multiply", channels, size, "ReLU"),
        conv("enrich\(index + 1)", channels, channels, size, "pad 1, norm, ReLU"),
      ]
        + down.map { next, number in
          conv("down\(number)", channels, next.0, next.1, "stride 2, pad 1, norm", stride: 2)
        }
    }
  }

  private static func refinement(_ level: Int) -> [Layer] {
    let (channels, size) = [(512, 40), (1024, 20), (256, 10), (256, 5)][level - 1]
    return [
      conv("objectness\(level).loc", channels, 12, size, "pad 1, bias"),
      conv("objectness\(level).conf", channels, 6, size, "pad 1, bias"),
      plain("objectness\(level).map", "objectness_map", 6, size),
      plain("modulate\(level)", "objectness_modulate", channels, size),
      plain("offset\(level).input", "box_offsets", 6, size),
      conv("offset\(level)", 6, 18, size, kernel: 1, "norm, ReLU"),
      Layer(
        name: "deform\(level)", kind: "deform_conv2d", attributes: "3×3, dilation \(6 - level), norm, ReLU",
        input: [1, channels, size, size], output: [1, 256, size, size], kernel: 3),
      conv("head\(level).loc", 256, 12, size, "pad 1, bias"),
      conv("head\(level).conf", 256, 243, size, "pad 1, bias"),
      plain("head\(level).loc.rows", "head_permute", 12, size),
      plain("head\(level).conf.rows", "head_permute", 243, size),
      plain("objectness\(level).loc.rows", "head_permute", 12, size),
      plain("objectness\(level).conf.rows", "head_permute", 6, size),
    ]
  }

  private static var boxes: [Layer] {
    [("softmax", "softmax", 81), ("decode", "decode_boxes", 4), ("detections", "nms", 6)].map {
      Layer(
        name: $0.0, kind: $0.1, attributes: "", input: [1, 6375, $0.2], output: [1, 6375, $0.2], kernel: 0)
    }
  }
}
