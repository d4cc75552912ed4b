/// What every number of a report means.
enum Glossary {
  static let entries: [(term: String, meaning: String)] = [
    (
      "Time",
      """
      Median of the samples per call, hot caches, with ± half of the exact order-statistic interval that covers the \
      true median with at least 95 % (fewer than six samples cannot: then it is their whole range). Arms run in \
      alternating order A B C, C B A; one below 10 ms follows calls that are not timed, so that what ran before does not
      show. Only results that verified are timed.
      """
    ),
    ("Speed-up", "The reference's median over this backend's median, same inputs, same run."),
    ("MACs", "Multiply–accumulates of the direct algorithm; k, M, G are powers of 1000."),
    (
      "GFLOP/s",
      """
      Two operations per multiply–accumulate of the direct algorithm, over the median, whichever algorithm ran. An \
      algorithm that needs fewer multiplications can go above the machine's peak.
      """
    ),
    (
      "Share of roof",
      """
      The least time that the machine allows over the median: the larger of operations / peak and bytes / bandwidth (every \
      input, parameter and output byte counts once). Where operations count, the kernel that reaches the peak takes turns \
      with the layer; where bytes do, streams through as many are measured right before it: so both have the same minute \
      of a machine whose speed comes and goes. The roofs that the page names are the best that the run saw. 100 % is at the \
      roof.
      """
    ),
    (
      "Error ratio",
      """
      The largest |error| / guaranteed bound over the compared elements, on golden inputs. The bound is γ_h · Σ|w||x| \
      with the height h of the summation tree that the plan declares, γ_h = h·u/(1 − h·u), u = 2⁻²⁴. At most 1 is \
      proof of nothing wrong beyond rounding; the scale is logarithmic and the line marks 1.
      """
    ),
    (
      "Probabilistic ratio",
      "The same against the bound that holds with overwhelming probability (Higham & Mary 2019), about √h instead of h."
    ),
    (
      "ULP",
      """
      Distance from the truth in units in the last place of float32: median, 99th percentile and largest. Near zero, \
      where terms cancel, it may be large without anything being wrong; the error ratio decides.
      """
    ),
    (
      "Status",
      """
      exact: 0 ULP. passed: within the probabilistic bound. marginal: past it, within the guaranteed one. failed: past \
      the guaranteed bound, or NaN or infinity that the truth lacks. mistrusted: the case cannot tell right from \
      wrong. unimplemented: the backend has no such layer. refused: a bad case file.
      """
    ),
    (
      "Local ratio",
      "In the network, fed by the layers before: the layer's own |error| / bound against the truth for the inputs it got."
    ),
    (
      "Drift",
      """
      In the network: own and inherited error together, the largest difference from the golden network's output \
      relative to the largest magnitude of that output.
      """
    ),
  ]
}
