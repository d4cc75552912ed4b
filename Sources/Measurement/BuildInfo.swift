/// How this program was built.
package struct BuildInfo: Sendable, Hashable, Codable {
  /// `Swift 6.3.1`.
  package var toolchain: String
  /// `debug` or `release`.
  package var configuration: String

  package init(toolchain: String, configuration: String) {
    self.toolchain = toolchain
    self.configuration = configuration
  }

  /// This build. The version is that of the standard library, which comes with the compiler.
  package static var current: BuildInfo {
    let version = _SwiftStdlibVersion.current
    #if DEBUG
      let configuration = "debug"
    #else
      let configuration = "release"
    #endif
    return BuildInfo(toolchain: "Swift \(version)", configuration: configuration)
  }
}
