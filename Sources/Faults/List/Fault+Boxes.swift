import Catalogue
import Foundation

extension Fault {
  /// Prior boxes.
  static let priors: [Fault] = [
    prior("prior-half-cell-missing", "Centres lie at the cells' corners.") { $0.cellOffset = 0 },
    prior("prior-one-cell-late", "Centres lie one cell further.") { $0.cellOffset = 1.5 },
    prior("prior-ratio-inverted", "Width and height of a ratio are swapped.") {
      $0.width = { $0 / $1 }
      $0.height = { $0 * $1 }
    },
    prior("prior-ratio-without-root", "The ratio itself is taken for its root.") { $0.root = { $0 } },
    prior("prior-height-unchanged", "A ratio changes the width alone.") { $0.height = { size, _ in size } },
    prior("prior-not-clipped", "Boxes are not clipped.") { $0.prior.clip = false },
    prior("prior-clipped", "Boxes are clipped where they should not be, at 0.9.") {
      $0.elements = { $0.elements.map { min($0, 0.9) } }
    },
    prior("prior-axes-swapped", "x and y are swapped.") {
      $0.elements = { [$0.y, $0.x, $0.width, $0.height] }
    },
    prior("prior-sizes-swapped", "Width and height are swapped.") {
      $0.elements = { [$0.x, $0.y, $0.height, $0.width] }
    },
    prior("prior-as-corners", "Corners are given for centre and size.") {
      $0.elements = {
        [$0.x - $0.width / 2, $0.y - $0.height / 2, $0.x + $0.width / 2, $0.y + $0.height / 2]
      }
    },
    prior("prior-half-sizes", "Half of the sizes is given.") {
      $0.elements = { [$0.x, $0.y, $0.width / 2, $0.height / 2] }
    },
    prior("prior-column-major", "Cells are taken column by column.") { $0.isColumnMajor = true },
    prior("prior-square-last", "The square box comes last.") { $0.squareComesLast = true },
    prior("prior-ratios-reversed", "Ratios are taken in reverse.") { $0.prior.aspectRatios.reverse() },
    prior("prior-stride-swapped", "Vertical and horizontal stride are swapped.") {
      $0.prior.stride = $0.prior.stride.swapped
    },
    prior("prior-image-swapped", "The picture's height and width are swapped.") {
      $0.prior.imageSize = $0.prior.imageSize.swapped
    },
    prior("prior-size-rounded", "The size is rounded down to tens of pixels, less one.") {
      $0.prior.minSize = ($0.prior.minSize / 10).rounded(.down) * 10 - 1
    },
  ]

  /// Decoding of boxes.
  static let decoding: [Fault] = [
    decode("decode-variances-swapped", "The variances of centre and size are swapped.") {
      swap(&$0.centreVariance, &$0.sizeVariance)
    },
    decode("decode-centre-variance-ignored", "The centre's variance is left out.") { $0.centreVariance = 1 },
    decode("decode-size-variance-ignored", "The size's variance is left out.") { $0.sizeVariance = 1 },
    decode("decode-first-step-left-out", "The priors are not refined.") { $0.steps = [1] },
    decode("decode-second-step-left-out", "The refined priors are the result.") { $0.steps = [0] },
    decode("decode-steps-swapped", "The two regressions are swapped.") { $0.steps = [1, 0] },
    decode("decode-first-step-twice", "The first regression is applied twice.") { $0.steps = [0, 0] },
    decode("decode-power-left-out", "Sizes grow by 1 + loc for e^loc.") { $0.growth = { 1 + $0 } },
    decode("decode-power-of-two", "Sizes grow by powers of 2.") { $0.growth = { exp2($0) } },
    decode("decode-power-in-half", "The power is kept in half precision.") { $0.growth = { exp($0).asHalf } },
    decode("decode-centre-not-scaled", "The centre moves by the regression, not by its part of the size.") {
      $0.moved = { centre, shift, _ in centre + shift }
    },
    decode("decode-centre-backwards", "The centre moves the other way.") { $0.moved = { $0 - $1 * $2 } },
    decode("decode-by-prior-size", "The second step moves the centre by the prior's size.") {
      $0.measure = { prior, _ in prior }
    },
    decode("decode-axes-swapped", "dx and dy are swapped.") { $0.order = [1, 0, 2, 3] },
    decode("decode-sizes-swapped", "dw and dh are swapped.") { $0.order = [0, 1, 3, 2] },
    decode("decode-dx-dw-swapped", "Centre and size regressions are swapped.") { $0.order = [2, 3, 0, 1] },
    decode("decode-priors-as-corners", "Priors are taken for corners.") {
      $0.priorForm = { [($0[0] + $0[2]) / 2, ($0[1] + $0[3]) / 2, $0[2] - $0[0], $0[3] - $0[1]] }
    },
    decode("decode-full-width", "Corners lie a whole width away from the centre.") {
      $0.corners = { [$0.x - $0.width, $0.y - $0.height, $0.x + $0.width, $0.y + $0.height] }
    },
    decode("decode-centre-form", "The centre form is returned.") { $0.corners = { $0.elements } },
    decode("decode-corners-swapped", "Corners are written as y, x.") {
      $0.corners = {
        [$0.y - $0.height / 2, $0.x - $0.width / 2, $0.y + $0.height / 2, $0.x + $0.width / 2]
      }
    },
    decode("decode-second-corner-from-zero", "The second corner is the size alone.") {
      $0.corners = { [$0.x - $0.width / 2, $0.y - $0.height / 2, $0.width, $0.height] }
    },
    decode("decode-clipped", "Corners are clipped to [0, 1].") {
      $0.corners = { box in
        [box.x - box.width / 2, box.y - box.height / 2, box.x + box.width / 2, box.y + box.height / 2].map {
          min(max($0, 0), 1)
        }
      }
    },
  ]

  private static func prior(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout PriorFormula) -> Void
  ) -> Fault {
    Fault(id, [.priorBox], sentence, .edited(PriorFormula.self, edit))
  }

  private static func decode(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout DecodeFormula) -> Void
  ) -> Fault {
    Fault(id, [.decodeBoxes], sentence, .edited(DecodeFormula.self, edit))
  }
}
