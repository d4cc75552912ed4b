import Catalogue
import Tensors

/// Where an activation lies: in a buffer of the arena, or in a part of one.
struct Storage {
  let buffer: Int
  /// Elements from the buffer's start.
  let offset: Int
  let shape: Shape
  /// nil: row-major, as a tensor is.
  let layout: MapLayout?

  /// Whether the elements lie in row-major order.
  var isRowMajor: Bool { layout.map { $0.depth == 1 && $0.isDense } ?? true }

  /// The elements in row-major order, copied out of the memory that begins at `start`.
  func tensor(at start: UnsafePointer<Float>) -> Tensor<Float> {
    guard let layout, !isRowMajor else {
      return Tensor(shape, values: Array(UnsafeBufferPointer(start: start, count: shape.count)))
    }
    var values: [Float] = []
    values.reserveCapacity(shape.count)
    for image in 0..<layout.batch {
      for channel in 0..<layout.channels {
        let (block, lane) = channel.quotientAndRemainder(dividingBy: layout.depth)
        let plane = start + block * layout.blockStride + lane
        for place in 0..<layout.area { values.append(plane[layout.offset(image: image, place: place)]) }
      }
    }
    return Tensor(shape, values: values)
  }
}
