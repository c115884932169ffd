"""Fuzz the targets, each for some seconds: with atheris where it is there (``make fuzz-tools``), else by hypothesis.

``python -m tests.fuzz.run SECONDS [TARGET …]``; exit code 1 if anything but our errors was raised.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.fuzz.targets import TARGETS, Target, attempt

EXAMPLES = 50
_SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Seeds with a few edits; inputs made of pieces; any bytes."""
    pieces = st.sampled_from(target.pieces) if target.pieces else st.binary(max_size=8)
    new = st.one_of(pieces, st.binary(max_size=4))
    edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), new), max_size=6)
    return st.one_of(
        st.builds(_edited, st.sampled_from(target.seeds), edits),
        st.lists(new, max_size=40).map(b"".join),
        st.binary(max_size=300),
    )


def _edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """Each edit replaces some bytes at a place, a share of the whole, by others."""
    for place, length, new in edits:
        start = int(place * len(data))
        data = data[:start] + new + data[start + length :]
    return data


def explore(target: Target, seconds: float, *, start: int) -> int:
    """Try inputs for so many seconds, from a seed on; how many. Whatever is raised but our errors comes out."""
    until, tried = time.monotonic() + seconds, 0
    while time.monotonic() < until:

        @seed(start + tried)
        @_SETTINGS
        @given(inputs(target))
        def read(data: bytes) -> None:
            attempt(target, data)

        read()
        tried += EXAMPLES
    return tried


def _alone(name: str, seconds: int) -> bool:
    """One target in a process of its own, because a crash inside a C library ends it; whether it held."""
    guided = importlib.util.find_spec("atheris") is not None
    module = ["tests.fuzz.guided", name, str(seconds)] if guided else ["tests.fuzz.run", "--here", name, str(seconds)]
    return subprocess.run([sys.executable, "-m", *module]).returncode == 0


def main(arguments: list[str]) -> int:
    """The command line; see above."""
    if arguments[:1] == ["--here"]:
        name, seconds = arguments[1:]
        print(f"{name}: {explore(TARGETS[name], float(seconds), start=time.time_ns())} inputs by hypothesis")
        return 0
    seconds, *names = arguments
    failed = [name for name in names or TARGETS if not _alone(name, int(seconds))]
    print(f"something else than our errors was raised: {', '.join(failed)}" if failed else "all targets held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
