"""Run a script or a module as the bare install would: nothing can be imported that requirements/reader.txt lacks.

``python bare.py SCRIPT …`` or ``python bare.py -m MODULE …``, with the interpreter of the whole environment.
"""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

PINS = Path(__file__).parents[2] / "requirements" / "reader.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Bare:
    """A finder that knows no package but the reader's."""

    def __init__(self) -> None:
        pinned = {_plain(name) for name in _PIN.findall(PINS.read_text("utf-8"))} | {"tearsheet"}
        self.absent = {
            module
            for module, distributions in packages_distributions().items()
            if not pinned & {_plain(name) for name in distributions}
        }

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> None:
        if name.partition(".")[0] in self.absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if __name__ == "__main__":
    sys.meta_path.insert(0, Bare())  # type: ignore[arg-type] # it finds nothing
    sys.argv = sys.argv[1:]
    if sys.argv[0] == "-m":
        sys.argv = sys.argv[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")
