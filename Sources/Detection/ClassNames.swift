/// The names of a data set's classes, by number; 0 is the background.
package struct ClassNames: Sendable, Hashable {
  private let names: [String]

  private init(_ names: String) {
    self.names = ["background"] + names.split(separator: ",").map { $0.drop { $0.isWhitespace }.description }
  }

  /// The number of classes, background included.
  package var count: Int { names.count }

  /// The name of class `label`, or `class N` for a number that the data set does not have.
  package subscript(label: Int) -> String {
    names.indices.contains(label) ? names[label] : "class \(label)"
  }

  /// The names for a network of `classes` classes, background included: VOC's for 21, COCO's for 81,
  /// otherwise none.
  package static func of(classes: Int) -> ClassNames {
    [voc, coco].first { $0.count == classes } ?? ClassNames("")
  }

  /// PASCAL VOC's 20 classes in alphabetical order (Everingham et al., IJCV 88(2), 2010).
  package static let voc = ClassNames(
    """
    aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog, horse, motorbike, \
    person, pottedplant, sheep, sofa, train, tvmonitor
    """)

  /// COCO's 80 classes in the order of its category numbers (Lin et al., ECCV 2014).
  package static let coco = ClassNames(
    """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop \
    sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, \
    backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, \
    baseball glove, skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, \
    bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, \
    potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard, cell phone, microwave, \
    oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear, hair drier, toothbrush
    """)
}
