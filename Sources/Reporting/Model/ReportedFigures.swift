/// What the paper reports (Nie et al., ICCV 2019), to stand beside ours and never to be claimed.
struct ReportedFigure {
  let network: String
  /// The same network in our catalogue.
  let catalogueName: String
  let accuracy: String
  let time: String

  static let device = "one Titan X Pascal"

  static let all = [
    ReportedFigure(
      network: "EFGRNet VGG16, 320", catalogueName: "efgrnet-vgg16-320-coco",
      accuracy: "33.2 AP, COCO test-dev", time: "21 ms"),
    ReportedFigure(
      network: "EFGRNet VGG16, 512", catalogueName: "efgrnet-vgg16-512-coco",
      accuracy: "37.5 AP, COCO test-dev", time: "38.9 ms"),
    ReportedFigure(
      network: "EFGRNet ResNet-101, 512", catalogueName: "efgrnet-resnet101-512-coco",
      accuracy: "39.0 AP, COCO test-dev", time: "46 ms"),
    ReportedFigure(
      network: "EFGRNet VGG16, 320", catalogueName: "efgrnet-vgg16-320-voc", accuracy: "81.4 mAP, VOC 2007",
      time: "–"),
    ReportedFigure(
      network: "EFGRNet VGG16, 512", catalogueName: "efgrnet-vgg16-512-voc", accuracy: "82.7 mAP, VOC 2007",
      time: "–"),
  ]
}
