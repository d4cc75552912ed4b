"""axe-core on whole reports."""

import importlib.util
import pathlib

# Rows and what they open into, in pairs.
ROWS_AT_ONCE = 40


def findings(driver, contrast_only=False):
    """What axe-core finds on the open page, every row opened, and how many rows that were. The page is spent after it.

    A text's contrast is judged once for all texts of the same colours and letters in the same kind of elements; every
    other rule is applied to every element, in rows unless `contrast_only`.
    """
    [package] = importlib.util.find_spec("axe_playwright_python").submodule_search_locations
    driver.execute_script((pathlib.Path(package) / "axe.min.js").read_text(encoding="utf-8"))
    driver.set_script_timeout(100)
    script = pathlib.Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")
    driver.execute_script(script, ROWS_AT_ONCE, contrast_only)
    found, opened = [], 0
    while True:
        part = driver.execute_async_script("judged.next().then(arguments[0], error => arguments[0](`${error}`))")
        if not isinstance(part, dict):
            raise RuntimeError(f"axe-core does not run: {part}")
        if part["done"]:
            return found, opened
        found += part["value"]["violations"]
        opened += part["value"]["opened"]


def text(finding):
    places = "; ".join(node["html"][:160] for node in finding["nodes"][:3])
    return f"  {finding['impact']}: {finding['id']}: {finding['help']}: {places}"
