import Foundation

/// The arithmetic that the formulas below are written in once: float64 for the truth, float32 for what is judged.
protocol Arithmetic: BinaryFloatingPoint {
  static func exponential(_ value: Self) -> Self
}

extension Float: Arithmetic {
  static func exponential(_ value: Float) -> Float { exp(value) }
}

extension Double: Arithmetic {
  static func exponential(_ value: Double) -> Double { exp(value) }
}

/// A layer kind's formula in several forms that implementations use. Form 0 gives the truth.
enum Formula {
  static func sigmoid<T: Arithmetic>(_ x: [T], form: Int) -> [T] {
    x.map { x in
      guard form == 0, x < 0 else { return 1 / (1 + T.exponential(-x)) }
      let power = T.exponential(x)
      return power / (1 + power)
    }
  }

  static func modulate<T: Arithmetic>(_ x: [T], _ map: [T], area: Int, form: Int) -> [T] {
    x.enumerated().map { index, x in
      let o = map[index % area]
      return form == 0 ? x * o + x : form == 1 ? x.addingProduct(x, o) : x * (o + 1)
    }
  }

  /// Channels of `area` elements; `values` are weight, bias, mean and variance of each.
  static func norm<T: Arithmetic>(_ x: [T], _ values: [[T]], epsilon: T, area: Int, form: Int) -> [T] {
    x.enumerated().map { index, x in
      let channel = index / area
      let (weight, bias) = (values[0][channel], values[1][channel])
      let (mean, deviation) = (values[2][channel], (values[3][channel] + epsilon).squareRoot())
      let scale = form == 1 ? weight * (1 / deviation) : weight / deviation
      switch form {
      case 0: return (x - mean) / deviation * weight + bias
      case 1: return x * scale + (bias - mean * scale)
      default: return (bias - mean * scale).addingProduct(x, scale)
      }
    }
  }

  static func l2<T: Arithmetic>(_ x: [T], _ weight: [T], epsilon: T, area: Int, form: Int) -> [T] {
    let sums = (0..<area).map { pixel in
      stride(from: pixel, to: x.count, by: area).reduce(T(0)) { $0 + x[$1] * x[$1] }
    }
    return x.enumerated().map { index, x in
      let (divisor, weight) = (sums[index % area].squareRoot() + epsilon, weight[index / area])
      return form == 0
        ? x / divisor * weight : form == 1 ? x * (weight / divisor) : x * (1 / divisor) * weight
    }
  }

  static func softmax<T: Arithmetic>(_ x: [T], row: Int, form: Int) -> [T] {
    stride(from: 0, to: x.count, by: row).flatMap { first -> [T] in
      let logits = x[first..<(first + row)]
      let maximum = logits.max() ?? 0
      let powers = logits.map { T.exponential($0 - maximum) }
      let sum = form == 2 ? powers.reversed().reduce(0, +) : powers.reduce(0, +)
      return powers.map { form == 0 ? $0 / sum : $0 * (1 / sum) }
    }
  }

  static func decode<T: Arithmetic>(_ first: [T], _ second: [T], _ priors: [T], _ variances: [T], form: Int)
    -> [T]
  {
    stride(from: 0, to: priors.count, by: 4).flatMap { box -> [T] in
      var centre = [priors[box], priors[box + 1]]
      var size = [priors[box + 2], priors[box + 3]]
      for location in [first, second] {
        for axis in 0..<2 {
          let (shift, power) = (location[box + axis], location[box + axis + 2])
          centre[axis] += form == 1 ? shift * (variances[0] * size[axis]) : shift * variances[0] * size[axis]
          size[axis] *= T.exponential(power * variances[1])
        }
      }
      let lower = zip(centre, size).map { $0 - $1 / 2 }
      return lower + (form == 0 ? zip(centre, size).map { $0 + $1 / 2 } : zip(lower, size).map { $0 + $1 })
    }
  }

  static func priors<T: Arithmetic>(_ map: Int, stride: T, image: T, size: T, ratios: [T], form: Int) -> [T] {
    (0..<(map * map)).flatMap { cell -> [T] in
      let x = (T(cell % map) + T(0.5)) * stride / image
      let y = (T(cell / map) + T(0.5)) * stride / image
      return ([1] + ratios).flatMap { ratio -> [T] in
        let root = ratio.squareRoot()
        let sides =
          form == 0
          ? [size * root / image, size / root / image] : [size / image * root, size / image * (1 / root)]
        return [x, y] + sides
      }
    }
  }

  /// One direction of a resizing of rows; form 1 interpolates as a + f·(b − a).
  static func resizedRows<T: Arithmetic>(_ x: [T], from: Int, to: Int, form: Int) -> [T] {
    stride(from: 0, to: x.count, by: from).flatMap { first -> [T] in
      (0..<to).map { index -> T in
        let ratio = T(from) / T(to)
        let position = min(max((T(index) + T(0.5)) * ratio - T(0.5), 0), T(from - 1))
        let cell = Int(position.rounded(.down))
        let fraction = position - T(cell)
        let (a, b) = (x[first + cell], x[first + min(cell + 1, from - 1)])
        return form == 0 ? (1 - fraction) * a + fraction * b : a + fraction * (b - a)
      }
    }
  }

  static func transposed<T>(_ x: [T], width: Int) -> [T] {
    (0..<width).flatMap { column in stride(from: column, to: x.count, by: width).map { x[$0] } }
  }

  static func resized<T: Arithmetic>(_ x: [T], _ from: (Int, Int), _ to: (Int, Int), form: Int) -> [T] {
    let wide = transposed(resizedRows(x, from: from.1, to: to.1, form: form), width: to.1)
    return transposed(resizedRows(wide, from: from.0, to: to.0, form: form), width: to.0)
  }
}
