"""One target under atheris, guided by what an input reaches: ``python -m tests.fuzz.guided TARGET SECONDS``.

LibFuzzer ends the process, and leaves what it found in ``var/fuzz/<target>/``, beside its corpus.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tearsheet"]):
    from tests.fuzz.targets import TARGETS, attempt


def main(name: str, seconds: str) -> None:
    """Fuzz; does not return."""
    target, folder = TARGETS[name], Path("var/fuzz") / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2500", "-verbosity=0", "-print_final_stats=1"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], lambda data: attempt(target, data)
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
