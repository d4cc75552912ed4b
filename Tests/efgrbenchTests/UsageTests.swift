import Foundation
import Testing

@Suite("The command line") struct UsageTests {
  /// What a user may get wrong, the code it must end with, and words that the one sentence must hold.
  static let mistakes: [([String], Int32, String)] = [
    (["run", "--network", "yolo"], 64, "efgrnet-vgg16-512-voc"),
    (["run", "--layers", "conv9_9"], 64, "conv9_9"),
    (["run", "--threads", "0", "--golden", "."], 64, "--threads 0"),
    (["run", "--isa", "sse9", "--golden", "."], 64, "sse9"),
    (["run", "--backends", "gpu", "--golden", "."], 64, "gpu"),
    (["run", "--golden", "nowhere"], 65, "nowhere"),
    (["run", "--out", "/proc/reports"], 65, "/proc/reports"),
    (["run", "--db", "/proc/history.sqlite"], 65, "/proc/history.sqlite"),
    (["report", "--db", "absent.sqlite"], 65, "absent.sqlite"),
    (["history", "show", "--db", "absent.sqlite"], 65, "absent.sqlite"),
    (["history", "attach", "absent.json"], 65, "absent.json"),
    (["layers", "--network", "yolo"], 64, "yolo"),
    (["compare", "a", "b", "--db", "absent.sqlite"], 65, "absent.sqlite"),
    (["ab", "--base", "x"], 64, "--head"), (["ab", "--base", "x", "--head", "y"], 65, "no program at x"),
    (["ab", "--base", "x", "--head", "y", "--blocks", "3"], 64, "at least 7"),
    (["ab", "--base", "x", "--head", "y", "--detect", "1%"], 64, "--detect"),
    (["ab", "--base", "x", "--head", "y", "--shard", "3/2"], 64, "--shard"),
    (["selftest", "--kind", "conv9d"], 64, "conv9d"),
    (["history", "merge", "a.sqlite"], 65, "a.sqlite"),
    (["history", "export", "--db", "absent.sqlite"], 65, "absent.sqlite"),
    (["history", "baseline", "--db", "absent.sqlite"], 65, "absent.sqlite"),
    (["detect", "x.png"], 65, "x.png"), (["fly"], 64, "fly"),
  ]

  @Test("answers a mistake with one sentence and the right code", arguments: mistakes)
  func mistake(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let program = try Workspace().run(arguments)
    #expect(program.status == status, "\(program.errors)")
    #expect(program.errors.contains(words), "\(program.errors)")
    #expect(program.output.isEmpty)
  }

  @Test("names a missing pack among the refused files")
  func missingPack() throws {
    let program = try Workspace().run("verify", "absent.safetensors")
    #expect(program.status == 65)
    #expect(program.output.contains("absent.safetensors: there is no such file or folder."))
  }

  @Test(
    "explains every command with an example",
    arguments: [
      "run", "verify", "bench", "layers", "report", "history list", "history show", "history attach",
      "history baseline set", "history merge", "history export", "history changes", "history regressions",
      "history accept", "compare", "ab", "detect", "selftest",
    ])
  func help(_ command: String) throws {
    let program = try Workspace().run(command.split(separator: " ").map(String.init) + ["--help"])
    #expect(program.status == 0)
    #expect(program.output.contains("Example: efgrbench \(command)"), "\(program.output)")
  }

  @Test("lists the catalogue as a table and as JSON")
  func layers() throws {
    let workspace = try Workspace()
    let table = try workspace.run("layers", "--layers", "conv4_*")
    #expect(table.status == 0)
    #expect(table.output.contains("conv4_3") && !table.output.contains("conv5_1"))
    let json = try workspace.run("layers", "--json", "-")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let totals = try #require(document["totals"] as? [String: Any])
    #expect(totals["priors"] as? Int == 6375)
    #expect((document["layers"] as? [[String: Any]])?.count == 116)
  }
}
