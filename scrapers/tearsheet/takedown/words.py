"""Texts as they are looked for: whatever their case, white space, markup and entities."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tearsheet.extract.tree import decode

_TAG = re.compile(r"<[^>]*>")


def folded(text: str) -> str:
    """A text without case and layout."""
    return " ".join(text.casefold().split())


def readings(text: str) -> Iterator[str]:
    """A text folded, as it stands and as a reader would see it: entities and tags may hide a phrase, also in a feed."""
    plain = html.unescape(text)
    yield folded(plain)
    if "<" in plain:
        yield folded(html.unescape(_TAG.sub("", plain)))
        yield folded(html.unescape(_TAG.sub(" ", plain)))


def holds(text: str, needles: Iterable[str]) -> bool:
    """Whether a text has one of some folded phrases."""
    wanted = list(needles)
    return any(needle in reading for reading in readings(text) for needle in wanted)


def decoded(body: bytes) -> str:
    """A body as text, in the encoding that it names or that fits."""
    try:
        return decode(body, None)
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def strings(value: Any) -> Iterator[str]:
    """Every text within a value; a text that is JSON is given as it stands, and its own texts as well."""
    if isinstance(value, bytes):
        value = decoded(value)
    if isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            for line in (value, *value.splitlines()):
                yield from _of_json(line)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from strings(name)
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


def _of_json(text: str) -> Iterator[str]:
    try:
        value = json.loads(text)
    except ValueError:
        return
    if not isinstance(value, str):
        yield from strings(value)
