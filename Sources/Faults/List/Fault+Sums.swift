import Catalogue
import Tensors

extension Fault {
  /// How products are added up. Blocks are of 16 products.
  static let sums: [Fault] = [
    sum("product-last-dropped", "The last product is left out.") { $0.sum(0..<($0.count - 1)) },
    sum("product-first-dropped", "The first product is left out.") { $0.sum(1..<$0.count) },
    sum("product-middle-twice", "One product in the middle is added twice.") {
      $0.sum(($0.count / 2)..<($0.count / 2 + 1), from: $0.total)
    },
    sum("unroll-tail-dropped", "Products past the last multiple of 4 are left out.") {
      $0.sum(0..<($0.count / 4 * 4))
    },
    sum("block-last-lost", "The last block of products is lost.") {
      $0.sum(0..<$0.lastBlock(16).lowerBound)
    },
    sum("block-first-lost", "The second block overwrites the first one's sum instead of adding to it.") {
      $0.sum(min(16, $0.count - 1)..<$0.count)
    },
    sum("block-last-twice", "The last block of products is added twice.") {
      $0.sum($0.lastBlock(16), from: $0.total)
    },
    sum("block-previous-doubled", "At each block's end the running sum is added again.") { products in
      stride(from: 0, to: products.count, by: 16).reduce(0) {
        $0 + products.sum($1..<min($1 + 16, products.count), from: $0)
      }
    },
    sum("accumulator-stale", "The accumulator still holds the sum of the pixel before.") {
      $0.sum(0..<$0.count, from: $0.previous)
    },
    sum("accumulator-stale-at-tile", "The accumulator is zeroed but for each tile's first pixel.") {
      $0.sum(0..<$0.count, from: $0.pixel % 8 == 0 ? $0.previous : 0)
    },
    sum("accumulator-of-one", "The accumulator starts at 1.") { $0.sum(0..<$0.count, from: 1) },
    sum("race-block-lost", "Two threads add to one sum: every ninth pixel loses a block.") {
      $0.pixel % 9 == 4 ? $0.sum(0..<$0.lastBlock(16).lowerBound) : $0.total
    },
    sum("race-one-pixel", "Two threads add to one sum: a single pixel loses its last product.") {
      $0.pixel == 11 ? $0.sum(0..<($0.count - 1)) : $0.total
    },
    sum("sum-of-absolutes", "The sign of the sample is lost.") { products in
      (0..<products.count).reduce(0) {
        $0 + products.weights[products.weights.startIndex + $1] * abs(products.samples[$1])
      }
    },
    sum("samples-reversed", "The window is read backwards.") { products in
      (0..<products.count).reduce(0) {
        $0 + products.weights[products.weights.startIndex + $1] * products.samples[products.count - 1 - $1]
      }
    },
    sum("samples-late-by-one", "The window is read one element late.") { products in
      (0..<products.count).reduce(0) {
        $0 + products.weights[products.weights.startIndex + $1]
          * products.samples[min($1 + 1, products.count - 1)]
      }
    },
  ]

  /// Sums of lower precision than float32's.
  static let precision: [Fault] = [
    sum("bfloat16-weights", "Weights are rounded to bfloat16.") { lowered($0, weight: 8) },
    sum("bfloat16-samples", "Samples are rounded to bfloat16.") { lowered($0, sample: 8) },
    sum("bfloat16-products", "Products are rounded to bfloat16.") { lowered($0, product: 8) },
    sum("bfloat16-sum", "The running sum is kept in bfloat16.") { lowered($0, sum: 8) },
    sum("half-weights", "Weights are rounded to half precision.") { lowered($0, weight: 11) },
    sum("half-samples", "Samples are rounded to half precision.") { lowered($0, sample: 11) },
    sum("half-products", "Products are rounded to half precision.") { lowered($0, product: 11) },
    sum("half-sum", "The running sum is kept in half precision.") { lowered($0, sum: 11) },
    sum("tf32-operands", "Weights and samples are rounded to TF32.") { lowered($0, weight: 11, sample: 11) },
    sum("bfloat16-block-sums", "Each block's sum is stored in bfloat16.") { products in
      stride(from: 0, to: products.count, by: 16).reduce(0) {
        $0 + products.sum($1..<min($1 + 16, products.count)).asBFloat16
      }
    },
    sum("half-result", "The finished sum is stored in half precision.") { $0.total.asHalf },
    sum("eight-bit-weights", "Weights are rounded to multiples of 1/127.") { products in
      (0..<products.count).reduce(0) {
        $0 + (products.weights[products.weights.startIndex + $1] * 127).rounded() / 127 * products.samples[$1]
      }
    },
  ]

  private static func sum(
    _ id: String, _ sentence: String, _ sum: @escaping @Sendable (Products) -> Float
  ) -> Fault {
    Fault(id, LayerKind.sums, sentence, .edited(LinearFormula.self) { $0.sum = sum })
  }

  /// The sum with some of its parts rounded to so many bits.
  private static func lowered(
    _ products: Products, weight: Int = 24, sample: Int = 24, product: Int = 24, sum: Int = 24
  ) -> Float {
    func rounded(_ value: Float, _ bits: Int) -> Float { bits == 24 ? value : value.rounded(toBits: bits) }
    return (0..<products.count).reduce(0) {
      let factor = rounded(products.weights[products.weights.startIndex + $1], weight)
      return rounded($0 + rounded(factor * rounded(products.samples[$1], sample), product), sum)
    }
  }

  /// Weights in another order than the kernel thinks.
  static let weights: [Fault] = [
    weight("kernel-flipped", "The kernel is turned around: convolution for correlation.") { s, i in
      [i[0], i[1], s[2] - 1 - i[2], s[3] - 1 - i[3]]
    },
    weight("kernel-mirrored", "The kernel's columns are read from the right.") { s, i in
      [i[0], i[1], i[2], s[3] - 1 - i[3]]
    },
    weight("kernel-transposed", "A square kernel's rows and columns are swapped.") { s, i in
      s[2] == s[3] ? [i[0], i[1], i[3], i[2]] : nil
    },
    weight("channels-transposed", "Input and output channels are swapped where their numbers are equal.") {
      $0[0] == $0[1] ? [$1[1], $1[0], $1[2], $1[3]] : nil
    },
    weight("filter-neighbour", "Each output channel takes the next one's filter.") { s, i in
      [(i[0] + 1) % s[0], i[1], i[2], i[3]]
    },
    weight("input-channel-neighbour", "Each input channel takes the next one's weights.") { s, i in
      [i[0], (i[1] + 1) % s[1], i[2], i[3]]
    },
    weight("input-channels-reversed", "Input channels are taken in reverse, as BGR for RGB.") { s, i in
      [i[0], s[1] - 1 - i[1], i[2], i[3]]
    },
    weight("weights-last-filter-duplicated", "The last filter is a copy of the one before.") { s, i in
      [min(i[0], max(s[0] - 2, 0)), i[1], i[2], i[3]]
    },
    Fault(
      "weights-channels-last", LayerKind.sums, "OIHW weights are read as OHWI.",
      .parameters { parameters in
        parameters.weight.map { weight in
          let (channels, taps) = (weight.shape[1], weight.shape[2] * weight.shape[3])
          return parameters.with(
            weight: weight.values.indices.map { flat in
              let (filter, place) = flat.quotientAndRemainder(dividingBy: channels * taps)
              return weight.values[filter * channels * taps + place % taps * channels + place / taps]
            })
        }
      }),
    Fault(
      "weights-late-by-one", LayerKind.sums, "The weights are read one element late.",
      .parameters { parameters in
        parameters.weight.map { parameters.with(weight: Array($0.values.dropFirst()) + [0]) }
      }),
    Fault(
      "weights-last-not-packed", LayerKind.sums, "Packing forgets the very last weight.",
      .parameters { parameters in
        parameters.weight.map { parameters.with(weight: Array($0.values.dropLast()) + [0]) }
      }),
  ]

  /// Weights moved about: `source` gives the index of the weight that is taken, from shape and index.
  private static func weight(
    _ id: String, _ sentence: String, _ source: @escaping @Sendable (Shape, [Int]) -> [Int]?
  ) -> Fault {
    Fault(
      id, LayerKind.sums, sentence,
      .parameters { parameters in
        guard let weight = parameters.weight else { return nil }
        let shape = weight.shape
        return parameters.with(
          weight: weight.values.indices.map { flat in
            guard let index = source(shape, shape.index(ofFlat: flat)) else { return weight.values[flat] }
            return weight.values[
              ((index[0] * shape[1] + index[1]) * shape[2] + index[2]) * shape[3] + index[3]]
          })
      })
  }
}

extension Parameters<Float> {
  /// The same parameters with other weights, of the same shape.
  fileprivate func with(weight values: [Float]) -> Parameters<Float> {
    Parameters(weight: weight.map { Tensor($0.shape, values: values) }, bias: bias, norm: norm)
  }
}
