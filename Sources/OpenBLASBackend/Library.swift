import COpenBLAS
import Foundation

/// One product C = A·B of row-major matrices; C is overwritten, whatever it held. Distances between rows are in
/// elements. The pointers must stay valid for the duration of the call, and C must not overlap A or B.
package struct MatrixProduct<Scalar> {
  /// Rows of A and C.
  package let rows: Int
  /// Columns of B and C.
  package let columns: Int
  /// Columns of A, rows of B: the terms in each element's sum.
  package let depth: Int
  package let a: UnsafePointer<Scalar>
  package let b: UnsafePointer<Scalar>
  package let rowDistanceOfB: Int
  package let c: UnsafeMutablePointer<Scalar>
  package let rowDistanceOfC: Int
  /// At most this many threads work on the product.
  package let threads: Int
}

/// A BLAS: who it is, and its two matrix products. Everything in this room reaches OpenBLAS through a value of this
/// type, so that a test can put a wrong library in its place.
package struct Library: Sendable {
  package typealias Product<Scalar> = @Sendable (MatrixProduct<Scalar>) -> Void

  /// Name, version and build options, as the library itself tells them.
  package let name: String
  /// The processor core whose kernels were chosen when the library was loaded.
  package let core: String
  package let sgemm: Product<Float>
  package let dgemm: Product<Double>

  package init(
    name: String, core: String, sgemm: @escaping Product<Float>, dgemm: @escaping Product<Double>
  ) {
    self.name = name
    self.core = core
    self.sgemm = sgemm
    self.dgemm = dgemm
  }
}

extension Library {
  /// The OpenBLAS that this program is linked to. The core is the library's own choice, or that of
  /// `OPENBLAS_CORETYPE` where the environment sets it.
  package static let openBLAS = Library(
    name: String(cString: openblas_get_config()).trimmingCharacters(in: .whitespaces),
    core: String(cString: openblas_get_corename()),
    sgemm: { product in
      withThreads(product.threads) {
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans,
          blasint(product.rows), blasint(product.columns), blasint(product.depth), 1,
          product.a, blasint(product.depth), product.b, blasint(product.rowDistanceOfB), 0,
          product.c, blasint(product.rowDistanceOfC))
      }
    },
    dgemm: { product in
      withThreads(product.threads) {
        cblas_dgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans,
          blasint(product.rows), blasint(product.columns), blasint(product.depth), 1,
          product.a, blasint(product.depth), product.b, blasint(product.rowDistanceOfB), 0,
          product.c, blasint(product.rowDistanceOfC))
      }
    })

  private static let lock = NSLock()

  /// Calls `body` with OpenBLAS's thread count set. The count is one global of the whole process, so products wait
  /// for each other: otherwise a plan could run with the thread count of another.
  private static func withThreads(_ threads: Int, _ body: () -> Void) {
    lock.withLock {
      openblas_set_num_threads(CInt(threads))
      body()
    }
  }
}

/// The element types that a BLAS multiplies.
protocol BLASScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  static func multiply(_ product: MatrixProduct<Self>, with library: Library)
}

extension Float: BLASScalar {
  static func multiply(_ product: MatrixProduct<Float>, with library: Library) { library.sgemm(product) }
}

extension Double: BLASScalar {
  static func multiply(_ product: MatrixProduct<Double>, with library: Library) { library.dgemm(product) }
}
