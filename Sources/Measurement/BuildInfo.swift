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

  /// This build.
  package static var current: BuildInfo {
    #if DEBUG
      BuildInfo(toolchain: "Swift \(compilerVersion)", configuration: "debug")
    #else
      BuildInfo(toolchain: "Swift \(compilerVersion)", configuration: "release")
    #endif
  }

  /// The compiler tells its version only to conditions; where none of these knows its patch, the standard library's
  /// version stands in, which comes with the compiler but ends in 0.
  private static var compilerVersion: String {
    #if compiler(>=6.3.4)
      "\(_SwiftStdlibVersion.current)"
    #elseif compiler(>=6.3.3)
      "6.3.3"
    #elseif compiler(>=6.3.2)
      "6.3.2"
    #elseif compiler(>=6.3.1)
      "6.3.1"
    #else
      "\(_SwiftStdlibVersion.current)"
    #endif
  }
}
