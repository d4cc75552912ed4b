/// The taps of a window that lie on the map, along one axis: those t for which `start` + t·`dilation` is in
/// 0..<`length`. The others lie in the padding.
///
/// - Parameters:
///   - start: the position of tap 0; negative in the padding.
///   - count: the window's extent.
func taps(onMapOf length: Int, from start: Int, dilation: Int, count: Int) -> Range<Int> {
  func tap(atOrAfter position: Int) -> Int {
    min(max((position - start + dilation - 1) / dilation, 0), count)
  }
  return tap(atOrAfter: 0)..<tap(atOrAfter: length)
}
