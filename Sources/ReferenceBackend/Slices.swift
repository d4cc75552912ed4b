import Tensors

/// Computes `count` pieces of an output, in order, by `threads` workers.
///
/// Each worker takes one run of consecutive pieces, and what a piece holds depends on its number alone, so
/// the result is the same for every thread count.
///
/// - Parameter body: the elements of the pieces in a range, row-major.
/// - Returns: the elements of all pieces, row-major.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func inSlices<Scalar: ReferenceScalar>(
  of count: Int, threads: Int, _ body: @Sendable (Range<Int>) -> [Scalar]
) -> [Scalar] {
  let workers = max(1, min(threads, count))
  if workers == 1 { return body(0..<count) }
  let slices = Parallel.map(workers) { body(count * $0 / workers..<count * ($0 + 1) / workers) }
  return Array(slices.joined())
}
