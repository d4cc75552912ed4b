import Detection
import Tensors
import Testing

@Suite struct DetectionTests {
  @Test func rowsBecomeDetections() throws {
    let output = Tensor(
      try Shape([2, 6]), values: [3, 0.75, 1, 2, 30, 40, 20, 0.5, -4, 5.5, 60, 70] as [Float])
    #expect(
      Detection.all(in: output) == [
        Detection(label: 3, score: 0.75, box: Box(left: 1, top: 2, right: 30, bottom: 40)),
        Detection(label: 20, score: 0.5, box: Box(left: -4, top: 5.5, right: 60, bottom: 70)),
      ])
    #expect(Detection.all(in: Tensor(try Shape([0, 6]), values: [])).isEmpty)
  }

  @Test func boxesScaleWithThePicture() {
    let box = Box(left: 10, top: 20, right: 30, bottom: 40).scaled(horizontal: 2, vertical: 0.5)
    #expect(box == Box(left: 20, top: 10, right: 60, bottom: 20))
  }

  @Test func classesAreNumberedAsInTheDataSets() {
    #expect(ClassNames.voc.count == 21)
    #expect(ClassNames.coco.count == 81)
    #expect(
      [0, 1, 8, 15, 20].map { ClassNames.voc[$0] } == [
        "background", "aeroplane", "cat", "person", "tvmonitor",
      ])
    let known = [
      1: "person", 12: "stop sign", 36: "baseball glove", 40: "bottle", 61: "dining table", 80: "toothbrush",
    ]
    for (label, name) in known { #expect(ClassNames.coco[label] == name) }
    #expect(ClassNames.of(classes: 21) == .voc && ClassNames.of(classes: 81) == .coco)
    #expect(ClassNames.of(classes: 5)[4] == "class 4")
    #expect(ClassNames.coco[81] == "class 81" && ClassNames.coco[-1] == "class -1")
  }
}
