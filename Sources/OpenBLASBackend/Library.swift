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
  ///
  /// The library's own threads stay asleep and products are cut up here instead: between calls its threads spin for
  /// tens of milliseconds, which would take a core from whatever is timed next.
  package static let openBLAS: Library = {
    openblas_set_num_threads(1)
    return Library(
      name: String(cString: openblas_get_config()).trimmingCharacters(in: .whitespaces),
      core: String(cString: openblas_get_corename()),
      sgemm: { product in
        product.forEachPart { part in
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans,
            blasint(part.rows), blasint(part.columns), blasint(part.depth), 1,
            part.a, blasint(part.depth), part.b, blasint(part.rowDistanceOfB), 0,
            part.c, blasint(part.rowDistanceOfC))
        }
      },
      dgemm: { product in
        product.forEachPart { part in
          cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans,
            blasint(part.rows), blasint(part.columns), blasint(part.depth), 1,
            part.a, blasint(part.depth), part.b, blasint(part.rowDistanceOfB), 0,
            part.c, blasint(part.rowDistanceOfC))
        }
      })
  }()
}

extension MatrixProduct {
  /// Cuts the longer side of C into one part per thread and calls `body` with each, at the same time.
  fileprivate func forEachPart(_ body: (MatrixProduct) -> Void) {
    let isWide = columns >= rows
    forEachSlice(of: isWide ? columns : rows, threads: threads) { slice in
      body(isWide ? part(columns: slice) : part(rows: slice))
    }
  }

  private func part(columns: Range<Int>) -> MatrixProduct {
    MatrixProduct(
      rows: rows, columns: columns.count, depth: depth, a: a, b: b + columns.lowerBound,
      rowDistanceOfB: rowDistanceOfB, c: c + columns.lowerBound, rowDistanceOfC: rowDistanceOfC, threads: 1)
  }

  private func part(rows: Range<Int>) -> MatrixProduct {
    MatrixProduct(
      rows: rows.count, columns: columns, depth: depth, a: a + rows.lowerBound * depth, b: b,
      rowDistanceOfB: rowDistanceOfB, c: c + rows.lowerBound * rowDistanceOfC, rowDistanceOfC: rowDistanceOfC,
      threads: 1)
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
