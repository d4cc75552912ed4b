#!/usr/bin/env python3
"""Pictures of a report for people to look at: screenshots.py PAGE FOLDER"""

import base64
import pathlib
import sys

from browser import chromium, open_page

SLICE = 1800


def capture(driver, file, width, top, height):
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    shot = driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
    file.write_bytes(base64.b64decode(shot["data"]))


def main():
    page, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for width in (1440, 768, 390):
        for dark in (False, True):
            with chromium(width, dark=dark) as driver:
                open_page(driver, page)
                driver.execute_script("document.querySelectorAll('button.open')[1].click()")
                height = driver.execute_script("return document.documentElement.scrollHeight")
                for index, top in enumerate(range(0, height, SLICE)):
                    name = f"{width}-{'dark' if dark else 'light'}-{index:02}.png"
                    capture(driver, folder / name, width, top, min(SLICE, height - top))
    with chromium(1440) as driver:
        open_page(driver, page)
        capture(driver, folder / "top-1440-light.png", 1440, 0, 1160)


if __name__ == "__main__":
    main()
