#!/usr/bin/env python3
"""Checks reports with programs that are not ours; see README.md."""

import argparse
import contextlib
import importlib.util
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import html5lib
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import chromium, open_page, requests

HERE = pathlib.Path(__file__).resolve().parent
LARGEST_PAGE = 3_000_000
HOSTILE = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>\"a,b"


def check(holds, what):
    """Prints what holds; the first that does not ends the program."""
    if not holds:
        sys.exit(f"FAILED  {what}")
    print(f"ok  {what}", flush=True)


def report(program, database, folder, *options):
    """Renders the latest run; the page's path and the seconds that all forms together took."""
    start = time.monotonic()
    command = [program, "report", "--db", str(database), "--out", str(folder), "--open", *options]
    page = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(page), time.monotonic() - start


def copy(database, target):
    """A copy of the database with all that its journal holds."""
    with contextlib.closing(sqlite3.connect(database)) as source:
        with contextlib.closing(sqlite3.connect(target)) as copied:
            source.backup(copied)
    return target


# Files


def check_html(page):
    text = page.read_text(encoding="utf-8")
    parser = html5lib.HTMLParser(strict=True)
    try:
        parser.parse(text)
    except html5lib.html5parser.ParseError as error:
        check(False, f"{page.name} is valid HTML: {error} at {parser.errors[:1]}")
    check(True, f"{page.name} is valid HTML ({len(text.encode()):,} bytes)")


def check_junit(file):
    """The elements and attributes that Jenkins' junit-10.xsd allows, and counts that add up."""
    allowed = {
        "testsuites": ({"name", "tests", "failures", "errors", "time", "disabled"}, {"testsuite"}),
        "testsuite": (
            {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package", "disabled"},
            {"properties", "testcase", "system-out", "system-err"}),
        "properties": (set(), {"property"}),
        "property": ({"name", "value"}, set()),
        "testcase": ({"name", "classname", "time", "assertions", "status"}, {"skipped", "error", "failure", "system-out"}),
        "failure": ({"message", "type"}, set()),
        "error": ({"message", "type"}, set()),
    }
    root = ElementTree.parse(file).getroot()
    for element in root.iter():
        attributes, children = allowed[element.tag]
        check_quietly(set(element.attrib) <= attributes, f"{element.tag} has {sorted(element.attrib)}")
        check_quietly({child.tag for child in element} <= children, f"{element.tag} holds its own elements")
    for suite in root.iter("testsuite"):
        counts = [len(suite.findall(path)) for path in ("testcase", "testcase/failure", "testcase/error")]
        named = [int(suite.get(name)) for name in ("tests", "failures", "errors")]
        check_quietly(counts == named, f"the suite {suite.get('name')} counts {named}, but has {counts}")
    total = len(list(root.iter("testcase")))
    check(total == int(root.get("tests")) and total > 0, f"JUnit: {total} cases, allowed elements, right counts")


def check_quietly(holds, what):
    if not holds:
        check(False, what)


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
    """What Google Benchmark's compare.py reads (tools/gbench/report.py and util.py)."""
    document = json.loads(file.read_text())
    check_quietly({"date", "num_cpus", "caches"} <= set(document["context"]), "the benchmark's context is there")
    for entry in document["benchmarks"]:
        check_quietly(
            entry["run_type"] == "iteration" and entry["time_unit"] == "ns" and entry["real_time"] > 0
            and entry["cpu_time"] > 0 and {"name", "run_name", "iterations", "repetition_index"} <= set(entry),
            f"the benchmark {entry.get('name')} has its members")
    check(len(document["benchmarks"]) > 0, f"Google Benchmark: {len(document['benchmarks'])} repetitions")


def check_files(program, database, folder):
    page, _ = report(program, database, folder / "one")
    again, _ = report(program, database, folder / "two")
    same = [file.read_bytes() == (folder / "two" / file.name).read_bytes() for file in page.parent.iterdir() if file.is_file()]
    check(len(same) >= 6 and all(same) and again.name == page.name, f"{len(same)} files come out byte for byte the same again")
    check_html(page)
    stem = str(page).removesuffix(".html")
    check_junit(stem + ".junit.xml")
    check_trace(pathlib.Path(stem + ".trace.json"))
    check_benchmark(pathlib.Path(stem + ".benchmark.json"))
    return page


# The browser


def column(driver, head):
    """The sort values of a column, from the top."""
    return driver.execute_script(
        """const heads = [...document.querySelectorAll('table.layers thead th')];
        const index = heads.findIndex(head => head.textContent.startsWith(arguments[0]));
        return [...document.querySelectorAll('tr.row')].map(row => row.cells[index].dataset.v)
          .filter(value => value !== '' && value !== 'inf').map(Number);""", head)


def press(driver, *keys):
    for key in keys:
        driver.switch_to.active_element.send_keys(key)


def focus(driver, selector, text=""):
    """Puts the focus on the first element of that text by tabbing, as a keyboard user would."""
    driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    for _ in range(200):
        if driver.execute_script(
                "return document.activeElement.matches(arguments[0]) && document.activeElement.textContent.includes(arguments[1])",
                selector, text):
            return
        press(driver, Keys.TAB)
    check(False, f"{selector} \"{text}\" can be reached by keyboard")


def check_keyboard(driver):
    order = column(driver, "tiled")
    focus(driver, "thead button", "tiled")
    press(driver, Keys.ENTER)
    check(column(driver, "tiled") == sorted(order, reverse=True), "Enter on a heading sorts, largest first")
    head = driver.find_element(By.CSS_SELECTOR, "th[aria-sort]")
    check(head.get_attribute("aria-sort") == "descending", "the heading says so to a screen reader")
    press(driver, Keys.SPACE)
    check(column(driver, "tiled") == sorted(order), "Space sorts the other way round")
    press(driver, Keys.ENTER)
    check(column(driver, "tiled") == order, "a third time restores the network's order")
    focus(driver, "button.open", "conv1_2")
    button = driver.switch_to.active_element
    detail = driver.find_element(By.ID, button.get_attribute("aria-controls"))
    check(not detail.is_displayed(), "rows are closed at first")
    press(driver, Keys.ENTER)
    check(detail.is_displayed() and button.get_attribute("aria-expanded") == "true", "Enter opens a row")
    check(len(detail.find_elements(By.CSS_SELECTOR, ".panel")) >= 4, "an opened row has its panels")
    press(driver, Keys.ENTER)
    check(not detail.is_displayed(), "and closes it")


def check_filter(driver):
    rows = lambda: [row for row in driver.find_elements(By.CSS_SELECTOR, "tr.row") if row.is_displayed()]
    everything = len(rows())
    focus(driver, "#filter-text")
    press(driver, "conv4")
    check(0 < len(rows()) < everything, f"the filter leaves {len(rows())} of {everything} layers")
    check(f"{len(rows())} of {everything}" in driver.find_element(By.ID, "filter-count").text, "and announces it")
    press(driver, Keys.ESCAPE)
    check(len(rows()) == everything, "Escape clears it")


def check_accessibility(driver, what):
    """axe-core on the page with its first rows: all rows are made alike, and it takes minutes over all of them."""
    driver.execute_script("document.querySelectorAll('tbody tr:nth-of-type(n + 17)').forEach(row => row.remove())")
    driver.set_script_timeout(90)
    [package] = importlib.util.find_spec("axe_playwright_python").submodule_search_locations
    driver.execute_script((pathlib.Path(package) / "axe.min.js").read_text(encoding="utf-8"))
    results = driver.execute_async_script(
        "axe.run(document, { resultTypes: ['violations'] }).then(arguments[0], error => arguments[0](String(error)))")
    check_quietly(isinstance(results, dict), f"axe-core runs: {results}")
    findings = [finding for finding in results["violations"] if finding["impact"] in ("serious", "critical")]
    for finding in findings:
        print(f"  {finding['id']}: {finding['help']}: {[node['html'][:160] for node in finding['nodes'][:3]]}")
    check(not findings, f"axe-core has no serious finding, {what}")


def check_page(page):
    for width, dark in ((1440, False), (1440, True), (768, False), (390, False), (390, True)):
        what = f"{width} pixels, {'dark' if dark else 'light'}"
        with chromium(width, dark=dark) as driver:
            open_page(driver, page)
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            check(wide <= width, f"the page is no wider than the window, {what}")
            if width == 1440 and not dark:
                check_keyboard(driver)
                check_filter(driver)
            for button in driver.find_elements(By.CSS_SELECTOR, "button.open")[:2]:
                driver.execute_script("arguments[0].click()", button)
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            check(wide <= width, f"nor with rows opened, {what}")
            if width != 768:
                check_accessibility(driver, what)
            foreign = [url for url in requests(driver) if not url.startswith(("file:", "data:"))]
            loaded = [url for url in requests(driver) if url.startswith("file:")]
            check(not foreign and len(loaded) <= 1, f"nothing is requested, {what}")


def check_hostile(program, database, folder):
    hurt = copy(database, folder / "hostile.sqlite")
    with contextlib.closing(sqlite3.connect(hurt)) as record:
        record.execute("UPDATE layer SET name = ? WHERE position = 0", (HOSTILE,))
        record.execute("UPDATE run SET label = ?, network = network", (HOSTILE,))
        record.execute("UPDATE machine SET cpu_model = ?", (HOSTILE,))
        record.execute("UPDATE result SET message = ?, repro = ?", (HOSTILE, HOSTILE))
        record.execute("UPDATE result SET status = 'failed' WHERE id % 7 = 0")
        record.commit()
    page, _ = report(program, hurt, folder / "hostile")
    check_html(page)
    check_junit(str(page).removesuffix(".html") + ".junit.xml")
    with chromium() as driver:
        open_page(driver, page)
        check(driver.execute_script("return window.hurt") is None, "hostile names run nothing")
        check(len(driver.find_elements(By.TAG_NAME, "script")) == 1, "and add no script")
        first = driver.find_element(By.CSS_SELECTOR, "button.open")
        check(first.text == HOSTILE, "but are shown as they are")


def check_many_runs(program, database, folder):
    many = copy(database, folder / "many.sqlite")
    with contextlib.closing(sqlite3.connect(many)) as record:
        record.executescript((HERE.parent / "ReportingTests" / "many-runs.sql").read_text())
    page, seconds = report(program, many, folder / "many")
    runs, layers = (
        sqlite3.connect(many).execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("run", "layer"))
    size = page.stat().st_size
    check(size <= LARGEST_PAGE, f"{runs} runs of {layers} layers: a page of {size:,} bytes; all files in {seconds:.2f} s")
    check_html(page)
    history, _ = report(program, many, folder / "many", "--since", "2000-01-01")
    check_html(history)
    with chromium(390) as driver:
        open_page(driver, history)
        check(driver.execute_script("return document.documentElement.scrollWidth") <= 390, "the history fits a phone")
        check_accessibility(driver, "history")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=str(HERE.parents[1] / ".build/release/efgrbench"))
    parser.add_argument("--db", required=True, help="a record with a run of the whole network")
    arguments = parser.parse_args()
    for tool in ("chromium", "chromedriver"):
        check(shutil.which(tool), f"{tool} is installed")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        database = copy(arguments.db, folder / "copy.sqlite")
        page = check_files(arguments.program, database, folder)
        check_page(page)
        check_hostile(arguments.program, database, folder)
        check_many_runs(arguments.program, database, folder)


if __name__ == "__main__":
    main()
