extension Float {
  /// Rounded to a significand of `bits` bits, 8 for bfloat16 and 11 for half, by Veltkamp's splitting (Dekker, *A
  /// Floating-Point Technique for Extending the Available Precision*, Numer. Math. 18, 1971). The exponent's range is
  /// float32's.
  func rounded(toBits bits: Int) -> Float {
    let product = Float((1 << (24 - bits)) + 1) * self
    return (self - product) + product
  }

  var asBFloat16: Float { rounded(toBits: 8) }
  var asHalf: Float { rounded(toBits: 11) }
}
