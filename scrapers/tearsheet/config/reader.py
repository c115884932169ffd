"""YAML files read strictly: plain data, and for each key the line and column where it stands.

Narrower than YAML 1.1, because configuration is written by hand and its traps are silent:

- only ``true`` and ``false`` are booleans: ``country: NO`` is Norway, ``language: no`` is Norwegian;
- dates, times and ``1:30`` stay text;
- a key given twice, a second document, a tag, a key that is no text are problems;
- aliases are expanded up to ``MOST_VALUES`` in all, nesting ends at ``DEEPEST``, a file at ``LARGEST`` bytes.

Built on the parser's events: PyYAML's own composer recurses without a limit, in C until the process dies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from tearsheet.config.problems import Place, Problem

LARGEST = 4_000_000
MOST_VALUES = 200_000
DEEPEST = 20

Data = dict[str, "Data"] | list["Data"] | str | float | bool | None
Keys = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9](_?[0-9]){0,17}")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?", re.IGNORECASE)
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class YamlFile:
    """A file as it was read; ``data`` is ``None`` where it is empty or not YAML (then a note says why)."""

    path: Path
    data: Data = None
    places: dict[Keys, Place] = field(default_factory=lambda: {(): Place(1, 1)})
    notes: list[tuple[Place, Keys, str]] = field(default_factory=list)

    def place(self, keys: Keys) -> Place:
        """Where a key stands; for one that does not, the nearest above it."""
        while keys not in self.places:
            keys = keys[:-1]
        return self.places[keys]

    def problem(self, keys: Keys, message: str) -> None:
        """Note what is wrong with a key."""
        self.note(self.place(keys), message, keys)

    def note(self, place: Place, message: str, keys: Keys = ()) -> None:
        """Note what is wrong at a place."""
        self.notes.append((place, keys, message))

    @property
    def problems(self) -> list[Problem]:
        """All that was noted, from the top of the file to its end."""
        file = str(self.path)
        notes = sorted(self.notes, key=lambda note: note[0])
        return [Problem(file=file, place=at, key=self.dotted(keys), message=text) for at, keys, text in notes]

    def dotted(self, keys: Keys) -> str:
        """``sources[new-american].country``: list items by their id where they have one, else counted from 0."""
        dotted, value = "", self.data
        for key in keys:
            if isinstance(key, str):
                value = value.get(key) if isinstance(value, dict) else None
                dotted += f".{key}" if dotted else key
            else:
                value = value[key] if isinstance(value, list) and key < len(value) else None
                name = value.get("id") if isinstance(value, dict) else None
                dotted += f"[{name if isinstance(name, str) else key}]"
        return dotted


def read(path: Path) -> YamlFile:
    """Read one file; whatever is wrong with it as YAML stands in its notes."""
    file = YamlFile(path)
    try:
        file.data = _Builder(file, _text(path)).document()
    except _UnreadableError as error:
        file.note(error.place, error.message)
    except yaml.MarkedYAMLError as error:
        # What is opened and never closed is found at the end of the file, and mended where it was opened.
        is_open = error.context_mark and "end of stream" in (error.problem or "")
        mark = error.context_mark if is_open else error.problem_mark
        context = f" ({error.context})" if error.context else ""
        file.note(_place(mark), f"is not YAML: {error.problem}{context}")
    return file


class _UnreadableError(Exception):
    """Reading ends here."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


class _Mark(Protocol):
    """A position as both parsers of PyYAML give it, from 0."""

    line: int
    column: int


def _place(mark: _Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _text(path: Path) -> str:
    """The file as text, of characters that YAML allows."""
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST + 1)
    except OSError as error:
        raise _UnreadableError(Place(1, 1), f"cannot be read: {error.strerror}") from error
    if len(body) > LARGEST:
        raise _UnreadableError(Place(1, 1), f"is larger than {LARGEST:,} bytes")
    text = body.decode("utf-8-sig", "surrogateescape")
    if bad := _CONTROL.search(text):
        line, column = text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start())
        raise _UnreadableError(Place(line, column), "is not UTF-8 text: YAML is wanted here")
    return text


class _Builder:
    """Turns the events of one document into data, and writes down where each key stands."""

    def __init__(self, file: YamlFile, text: str) -> None:
        self._file = file
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, tuple[Data, int]] = {}
        self._values = 0

    def document(self) -> Data:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        data = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(end := next(self._events), yaml.StreamEndEvent):
            raise _UnreadableError(_place(end.start_mark), "a second document begins here: one a file")
        return data

    def _value(self, event: yaml.Event, keys: Keys) -> Data:
        before = self._values
        self._count(1, event)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if len(keys) > DEEPEST:
            raise _UnreadableError(_place(event.start_mark), f"is nested deeper than {DEEPEST} levels")
        value = self._scalar(event, keys) if isinstance(event, ScalarEvent) else self._collection(event, keys)
        if isinstance(event, NodeEvent) and event.anchor:
            self._anchors[event.anchor] = value, self._values - before
        return value

    def _count(self, values: int, event: yaml.Event) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            message = f"holds more than {MOST_VALUES:,} values, aliases expanded"
            raise _UnreadableError(_place(event.start_mark), message)

    def _alias(self, event: AliasEvent) -> Data:
        if event.anchor not in self._anchors:
            raise _UnreadableError(_place(event.start_mark), f"*{event.anchor} stands for nothing: no anchor before it")
        value, size = self._anchors[event.anchor]
        self._count(size, event)
        return value

    def _scalar(self, event: ScalarEvent, keys: Keys) -> Data:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            self._file.note(_place(event.start_mark), f"the tag {event.tag!r} is not used here", keys)
        is_plain = event.implicit[0] and event.tag is None
        return _plain(event.value) if is_plain else str(event.value)

    def _collection(self, event: yaml.Event, keys: Keys) -> Data:
        if isinstance(event, CollectionStartEvent) and event.tag not in (None, "!"):
            self._file.note(_place(event.start_mark), f"the tag {event.tag!r} is not used here", keys)
        return self._mapping(keys) if isinstance(event, MappingStartEvent) else self._sequence(keys)

    def _sequence(self, keys: Keys) -> list[Data]:
        items: list[Data] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            here = (*keys, len(items))
            self._file.places[here] = _place(event.start_mark)
            items.append(self._value(event, here))
        return items

    def _mapping(self, keys: Keys) -> dict[str, Data]:
        mapping: dict[str, Data] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            place = _place(event.start_mark)
            if not isinstance(event, ScalarEvent):
                raise _UnreadableError(place, "a key is text: put it in quotes")
            here = (*keys, event.value)
            if event.value in mapping:
                message = f"is given twice, first in line {self._file.places[here].line}"
                self._file.note(place, message, here)
            self._file.places.setdefault(here, place)
            mapping[event.value] = self._value(next(self._events), here)
        return mapping


def _plain(text: str) -> Data:
    """A plain scalar by the core rules of YAML 1.2, without octal, hexadecimal, infinity and NaN."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
