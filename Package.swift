// swift-tools-version: 6.2
import PackageDescription

// MARK: Compiler settings

/// The naive loops are optimised in every configuration: unoptimised, one network pass would take hours. Debug builds,
/// which the tests hold to account, keep Swift's run-time checks of bounds and overflow; what is timed has none.
let naiveLoops: [SwiftSetting] = [
  .unsafeFlags(["-O"], .when(configuration: .debug)),
  .unsafeFlags(["-Ounchecked"], .when(configuration: .release)),
]

/// Packing and planning run beside the kernels, so they are optimised in debug builds too.
let hotCode: [SwiftSetting] = [.unsafeFlags(["-Ounchecked"])]

/// Tensors of many millions of elements are generated in tests too; their checks stay on.
let dataCode: [SwiftSetting] = [.unsafeFlags(["-O"])]

/// One instruction set's copy of the micro-kernels: `-march` reaches Swift's code generator through clang's options.
func kernels(march: String?) -> [SwiftSetting] {
  var flags = ["-Ounchecked"]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return [.unsafeFlags(flags)]
}

// MARK: Instruction sets

#if arch(x86_64)
  let microkernelTargets: [Target] = [
    .target(
      name: "MicrokernelsAVX512", dependencies: ["Microkernels"], swiftSettings: kernels(march: "x86-64-v4")),
    .target(
      name: "MicrokernelsAVX2", dependencies: ["Microkernels"], swiftSettings: kernels(march: "x86-64-v3")),
    .target(name: "MicrokernelsBaseline", dependencies: ["Microkernels"], swiftSettings: kernels(march: nil)),
  ]
#else
  let microkernelTargets: [Target] = [
    .target(name: "MicrokernelsBaseline", dependencies: ["Microkernels"], swiftSettings: kernels(march: nil))
  ]
#endif

/// What a record says of the flags above, handed to the program as a C string.
func flagsInWords(naive: String) -> String {
  "\"reference \(naive); tiled -Ounchecked, kernels -march=x86-64-v4, x86-64-v3 or the baseline's\""
}

// MARK: Package

let package = Package(
  name: "efgrbench",
  products: [.executable(name: "efgrbench", targets: ["efgrbench"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: microkernelTargets + [
    // MARK: C libraries and shims
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CLanes"),
    .target(
      name: "CCPU",
      cSettings: [
        .define("EFGR_BUILD_FLAGS", to: flagsInWords(naive: "-O"), .when(configuration: .debug)),
        .define("EFGR_BUILD_FLAGS", to: flagsInWords(naive: "-Ounchecked"), .when(configuration: .release)),
      ]),

    // MARK: What there is
    .target(name: "Tensors", swiftSettings: dataCode),
    .target(name: "Catalogue", dependencies: ["Tensors"]),

    // MARK: Implementations
    .target(name: "Backends", dependencies: ["Catalogue", "CCPU"]),
    .target(
      name: "ReferenceBackend",
      dependencies: ["Backends", .product(name: "RealModule", package: "swift-numerics")],
      swiftSettings: naiveLoops),
    .target(name: "Microkernels", dependencies: ["CLanes"]),
    .target(
      name: "TiledBackend",
      dependencies: ["Backends", "CCPU", "CLanes", "Microkernels"]
        + microkernelTargets.map { .init(stringLiteral: $0.name) },
      exclude: ["README.md"], swiftSettings: hotCode),
    .target(name: "OpenBLASBackend", dependencies: ["Backends", "COpenBLAS"], swiftSettings: hotCode),

    // MARK: Judging, measuring, recording
    .target(
      name: "Golden", dependencies: ["Catalogue", .product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "Accuracy", dependencies: ["Backends"], swiftSettings: hotCode),
    .target(
      name: "Faults", dependencies: ["Accuracy", "Backends", "ReferenceBackend"], swiftSettings: dataCode),
    .target(name: "Measurement", dependencies: ["CCPU"]),
    // Optimised, for it simulates thousands of suites in tests too.
    .target(name: "Gate", dependencies: ["Measurement"], swiftSettings: dataCode),
    .target(
      name: "Verification",
      dependencies: ["Accuracy", "Golden", "Measurement", "OpenBLASBackend", "ReferenceBackend"],
      swiftSettings: hotCode),
    .target(
      name: "History", dependencies: ["Gate", "Measurement", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(name: "Reporting", dependencies: ["Detection", "History"]),
    .target(name: "Detection", dependencies: ["Catalogue", "CPNG"]),

    // MARK: The program
    .executableTarget(
      name: "efgrbench",
      dependencies: [
        "Accuracy", "Backends", "Catalogue", "Detection", "Faults", "Gate", "Golden", "History",
        "Measurement", "Microkernels", "OpenBLASBackend", "ReferenceBackend", "Reporting", "Tensors",
        "TiledBackend", "Verification", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: Tests
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "CatalogueTests", dependencies: ["Catalogue"]),
    .testTarget(name: "BackendsTests", dependencies: ["Backends"]),
    .testTarget(name: "ReferenceBackendTests", dependencies: ["ReferenceBackend", "Golden"]),
    .testTarget(
      name: "MicrokernelsTests", dependencies: ["TiledBackend", "ReferenceBackend", "Accuracy"]),
    .testTarget(
      name: "TiledBackendTests",
      dependencies: ["TiledBackend", "OpenBLASBackend", "ReferenceBackend", "Accuracy", "CCPU"]),
    .testTarget(
      name: "OpenBLASBackendTests", dependencies: ["OpenBLASBackend", "ReferenceBackend", "Golden"]),
    .testTarget(
      name: "GoldenTests", dependencies: ["Golden", .product(name: "Crypto", package: "swift-crypto")]),
    // Optimised, for it makes the data of up to 10⁹ comparisons.
    .testTarget(
      name: "AccuracyTests",
      dependencies: ["Accuracy", "Golden", "OpenBLASBackend", "ReferenceBackend", "TiledBackend"],
      swiftSettings: dataCode),
    .testTarget(name: "FaultsTests", dependencies: ["Faults", "ReferenceBackend"]),
    .testTarget(name: "MeasurementTests", dependencies: ["Measurement", "CCPU"]),
    .testTarget(name: "GateTests", dependencies: ["Gate"], swiftSettings: dataCode),
    .testTarget(name: "VerificationTests", dependencies: ["Verification", "TiledBackend"]),
    .testTarget(name: "HistoryTests", dependencies: ["History"], exclude: ["Databases"]),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Detection", "Reporting", .product(name: "GRDB", package: "GRDB.swift")],
      exclude: ["many-runs.sql"]),
    .testTarget(name: "DetectionTests", dependencies: ["Detection"]),
    .testTarget(
      name: "efgrbenchTests",
      dependencies: [
        "efgrbench", "Backends", "Gate", "Golden", "History",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
