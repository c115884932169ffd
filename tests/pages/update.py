"""Rewrite what golden pages are expected to say from what they say now: ``python tests/pages/update.py NAME …``.

Read ``git diff tests/pages`` afterwards: what stands there must be what a reader of the page says is right. Fields
listed as known failures in ``meta.json`` keep what was expected, for what is said now is known to be wrong.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.pages.golden import NAMES, expected, found, meta, write_expected


def main(arguments: list[str]) -> None:
    """Rewrite the ``expected.json`` of the pages that are named."""
    parser = ArgumentParser(description="Rewrite what golden pages are expected to say; then read git diff.")
    parser.add_argument("name", nargs="+", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}")
    for name in parser.parse_args(arguments).name:
        before, kept = expected(name), meta(name).known_failures.keys()
        write_expected(name, found(name) | {field: before[field] for field in kept if field in before})


if __name__ == "__main__":
    main(sys.argv[1:])
