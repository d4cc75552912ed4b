/// What a layer's tensors are called in the checkpoints that the authors of EFGRNet published
/// (github.com/Ranchentx/EFGRNet).
package struct CheckpointName: Sendable, Hashable {
  /// What stands before `.weight` and `.bias` of the convolution; nil for a norm alone.
  package let convolution: String?
  /// What stands before `.weight`, `.bias`, `.running_mean` and `.running_var` of the norm; nil without one.
  package let norm: String?

  /// A convolution with a bias.
  fileprivate static func plain(_ name: String) -> CheckpointName { .init(convolution: name, norm: nil) }

  /// The model's `BasicConv`: a convolution and its norm under one name.
  fileprivate static func pair(_ name: String) -> CheckpointName {
    .init(convolution: name + ".conv", norm: name + ".bn")
  }

  /// The published name of a parameter that goldens call `weight`, `bias`, `bn.weight`, `bn.running_var` …; nil where
  /// the published layer has no such parameter.
  package func tensor(_ parameter: String) -> String? {
    let prefix = "bn."
    guard parameter.hasPrefix(prefix) else { return convolution.map { "\($0).\(parameter)" } }
    return norm.map { "\($0).\(parameter.dropFirst(prefix.count))" }
  }

  /// The names of EFGRNet on VGG16 by layer.
  package static let efgrnetVGG16: [String: CheckpointName] = {
    var names: [String: CheckpointName] = [:]
    for (index, layer) in backbone { names[layer] = .plain("extractor.vgg.\(index)") }
    for (index, layer) in ["conv8_1", "conv8_2", "conv9_1", "conv9_2"].enumerated() {
      names[layer] = .pair("extractor.extras.\(index)")
    }
    addContext(to: &names)
    names["norm1"] = .init(convolution: nil, norm: "extractor.ibn1.bn")
    names["norm2"] = .init(convolution: nil, norm: "extractor.ibn2.bn")
    for level in 1...4 { addLevel(level, to: &names) }
    return names
  }()

  /// The places of the convolutions among the backbone's modules, which count ReLU and pooling too.
  private static let backbone = [
    (0, "conv1_1"), (2, "conv1_2"), (5, "conv2_1"), (7, "conv2_2"), (10, "conv3_1"), (12, "conv3_2"),
    (14, "conv3_3"), (17, "conv4_1"), (19, "conv4_2"), (21, "conv4_3"), (24, "conv5_1"), (26, "conv5_2"),
    (28, "conv5_3"), (31, "fc6"), (33, "fc7"),
  ]

  private static func addContext(to names: inout [String: CheckpointName]) {
    let context = "extractor.icn1.single_branch"
    names["mscf.proj1"] = .pair("\(context).0")
    names["mscf.proj2"] = .pair("\(context).1")
    for branch in 1...3 {
      names["mscf.branch\(branch).reduce"] = .pair("\(context).2.branch_\(branch).0")
      names["mscf.branch\(branch).context"] = .pair("\(context).2.branch_\(branch).1")
    }
    names["mscf.aggregate"] = .pair("\(context).2.branch_4")
  }

  private static func addLevel(_ level: Int, to names: inout [String: CheckpointName]) {
    let index = level - 1
    names["enrich\(level)"] = .pair("extractor.Norm\(level)" + (level <= 2 ? ".single_branch.0" : ""))
    if level <= 3 { names["down\(level)"] = .pair("extractor.dsc\(level).single_branch.0") }
    names["objectness\(level).loc"] = .plain("arm_loc.\(index)")
    names["objectness\(level).conf"] = .plain("arm_conf.\(index)")
    names["offset\(level)"] = .pair("loc_offset_conv.\(index)")
    names["deform\(level)"] = .init(convolution: "dcn_convs.\(index)", norm: "bn_layers.\(index)")
    names["head\(level).loc"] = .plain("odm_loc.\(index)")
    names["head\(level).conf"] = .plain("odm_conf.\(index)")
  }
}
