"""The extractor's name as it stands on each document: versions, and a hash of all that decides what comes out.

The hash covers the code and the rule files of extraction and cleaning, so that two documents with one extractor were
made by the same function of their record.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

STAGES = ("extract", "clean")
SUFFIXES = (".py", ".yaml")


@cache
def extractor_id() -> str:
    """``tearsheet <version>; trafilatura <version>; <12 hex>``."""
    digest = hashlib.sha256()
    for stage in STAGES:
        for name, body in sorted(_sources(files("tearsheet") / stage, stage)):
            digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return f"tearsheet {version('tearsheet')}; trafilatura {version('trafilatura')}; {digest.hexdigest()[:12]}"


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _sources(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(SUFFIXES):
            found.append((f"{name}/{entry.name}", entry.read_bytes()))
    return found
