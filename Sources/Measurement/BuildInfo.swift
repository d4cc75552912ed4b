/// How this program was built.
package struct BuildInfo: Sendable, Hashable, Codable {
  /// `Swift 6.3.1`.
  package var toolchain: String
  /// `debug` or `release`.
  package var configuration: String
  /// What the code that is timed was compiled with: `reference -Ounchecked; kernels -Ounchecked, …`.
  package var flags: String

  package init(toolchain: String, configuration: String, flags: String) {
    self.toolchain = toolchain
    self.configuration = configuration
    self.flags = flags
  }

  /// This build.
  ///
  /// - Parameter flags: what the manifest tells of them, which this room cannot know.
  package static func current(flags: String) -> BuildInfo {
    #if DEBUG
      BuildInfo(toolchain: "Swift \(compilerVersion)", configuration: "debug", flags: flags)
    #else
      BuildInfo(toolchain: "Swift \(compilerVersion)", configuration: "release", flags: flags)
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
