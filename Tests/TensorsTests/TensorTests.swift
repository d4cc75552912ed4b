import Tensors
import Testing

@Suite struct TensorTests {
  @Test func `elements are written in place`() throws {
    var tensor = Tensor<Float>(try Shape([2, 3]), repeating: 1)
    let before = tensor.values.withUnsafeBufferPointer { $0.baseAddress }
    let during = tensor.withUnsafeMutableBufferPointer { elements in
      elements[4] = 2
      return UnsafePointer(elements.baseAddress)
    }
    #expect(before == during)
    #expect(tensor.values == [1, 1, 1, 1, 2, 1])
    #expect(tensor.values.withUnsafeBufferPointer { $0.baseAddress } == before)
  }
}
