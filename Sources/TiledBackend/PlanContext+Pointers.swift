import Microkernels
import Tensors

/// Addresses that several threads use at once, each its own part.
struct SharedPointers: @unchecked Sendable {
  let inputs: [UnsafePointer<Float>]
  let output: UnsafeMutablePointer<Float>
}

extension TiledPlan {
  /// Calls `body` with the addresses of the inputs' and the output's elements.
  final func withPointers(
    _ inputs: [Tensor<Float>], _ output: inout Tensor<Float>, _ body: (SharedPointers) -> Void
  ) {
    withPointers(inputs[...], []) { pointers in
      output.withUnsafeMutablePointer { body(SharedPointers(inputs: pointers, output: $0)) }
    }
  }

  private func withPointers(
    _ inputs: ArraySlice<Tensor<Float>>, _ pointers: [UnsafePointer<Float>],
    _ body: ([UnsafePointer<Float>]) -> Void
  ) {
    guard let first = inputs.first else { return body(pointers) }
    first.values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an input without elements") }
      withPointers(inputs.dropFirst(), pointers + [base], body)
    }
  }
}

extension Tensor<Float> {
  /// The address of the elements, for writing.
  mutating func withUnsafeMutablePointer(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      body(base)
    }
  }
}
