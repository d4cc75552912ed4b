#!/usr/bin/env python3
"""Checks reports with programs that are not ours; see README.md."""

import argparse
import concurrent.futures
import contextlib
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import accessibility
from browser import chromium, open_page, requests
from files import COMPARE, check, check_benchmark, check_html, check_junit, check_quietly, check_trace

HERE = pathlib.Path(__file__).resolve().parent
LARGEST_PAGE = 3_000_000
HOSTILE = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>\"a,b"


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


def check_accessibility(driver, what, contrast_only=False):
    findings, rows = accessibility.findings(driver, contrast_only)
    for finding in findings:
        print(accessibility.text(finding))
    serious = [finding for finding in findings if finding["impact"] in ("serious", "critical")]
    check(not serious, f"axe-core: {len(findings)} findings, none serious, {rows} rows opened, {what}")


def check_window(page, width, dark):
    what = f"{width} pixels, {'dark' if dark else 'light'}"
    with chromium(width, dark=dark) as driver:
        open_page(driver, page)
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        check(wide <= width, f"the page is no wider than the window, {what}")
        if width == 1440 and not dark:
            check_keyboard(driver)
            check_filter(driver)
        driver.execute_script("document.querySelectorAll('button.open').forEach(button => button.click())")
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        check(wide <= width, f"nor with every row opened, {what}")
        # Dark differs from light in its colours alone.
        check_accessibility(driver, what, contrast_only=dark)
        asked = requests(driver)
        foreign = [url for url in asked if not url.startswith(("file:", "data:"))]
        check(not foreign and sum(url.startswith("file:") for url in asked) <= 1, f"nothing is requested, {what}")


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
    check(COMPARE.exists(), "Google Benchmark's compare.py is installed")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        database = copy(arguments.db, folder / "copy.sqlite")
        page = check_files(arguments.program, database, folder)
        # Two browsers at a time.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            checks = [pool.submit(check_many_runs, arguments.program, database, folder)]
            for dark in (False, True):
                checks += [pool.submit(check_window, page, width, dark) for width in (1440, 768, 390)]
            checks.append(pool.submit(check_hostile, arguments.program, database, folder))
            for one in concurrent.futures.as_completed(checks):
                one.result()


if __name__ == "__main__":
    main()
