import ArgumentParser

/// What `selftest --gate` does, and how much of it.
struct GateTestOptions: ParsableArguments {
  @Flag(help: "Prove the regression gate instead: A/A suites, injected slow-downs, a simulation.")
  var gate = false
  @Option(help: ArgumentHelp("Real suites in which nothing changed.", valueName: "n"))
  var suites = 20
  @Option(help: ArgumentHelp("Real suites for each injected slow-down.", valueName: "n"))
  var injected = 5
  @Option(help: ArgumentHelp("Suites simulated on the recorded noise, for each slow-down.", valueName: "n"))
  var simulated = 10_000
  @Option(
    help: ArgumentHelp(
      "Blocks of each stage (default: as many as each layer's noise asks for).", valueName: "n"))
  var blocks: Int?
  @Option(help: ArgumentHelp("The layers of the suites.", valueName: "glob"))
  var gateLayers = "{conv8_2,conv9_2,pool5,deform4,objectness4.conf,boxes}"
  @Flag(help: "No injected slow-downs.")
  var onlyUnchanged = false
  @Flag(help: "Meanwhile this process burns a core: nothing may come out red, too noisy to tell is right.")
  var underLoad = false
}
