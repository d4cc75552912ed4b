#!/usr/bin/env python3
"""Writes, checks and re-verifies the golden packs; see Golden/README.md."""

import argparse
import sys
import tempfile
from pathlib import Path

from generator import cross_checks, packs, verify

HERE = Path(__file__).resolve().parent


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: python3 Golden/generate.py --only probes,exact --check",
    )
    parser.add_argument(
        "--only",
        metavar="PACKS",
        default=",".join(packs.NAMES),
        help=f"comma-separated packs, of {', '.join(packs.NAMES)} (default: all)",
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=HERE, help="where to write (default: Golden/)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write to a temporary folder and compare with --out byte for byte; "
        "exit 1 on any difference",
    )
    parser.add_argument(
        "--verify-truth",
        metavar="DIR",
        nargs="+",
        type=Path,
        help="recompute the truth of every case in the folders, write nothing; "
        "exit 1 when one differs by more than 1e-12 of the magnitude",
    )
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = set(options.only) - set(packs.NAMES)
    if unknown:
        parser.error(f"unknown pack {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    """Runs the command; returns the exit code."""
    options = arguments()
    cross_checks.run()
    if options.verify_truth:
        verdicts = [verify.verify(folder) for folder in options.verify_truth]
        return 0 if all(verdicts) else 1
    if not options.check:
        for name in options.only:
            packs.write(name, options.out)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        differences = []
        for name in options.only:
            packs.write(name, Path(folder))
            differences += packs.differences(Path(folder) / name, options.out / name)
    for difference in differences:
        print(f"differs: {difference}")
    print("not identical" if differences else "byte-identical")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
