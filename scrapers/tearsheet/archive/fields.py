"""Named fields after a first line: the syntax that WARC records and HTTP messages share (WARC 1.1 § 4, RFC 9112 § 2).

Reading is lenient, because archives hold what servers sent: bare line feeds, folded lines and lines without a
colon. Nothing that is read here was checked by anybody.
"""

from __future__ import annotations

import re

Fields = tuple[tuple[str, str], ...]
"""Names and values in their order, repeated names included. HTTP's are ISO-8859-1, which keeps every byte."""

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BREAKS = re.compile("[\r\n\0]")


def read_head(data: bytes, encoding: str) -> tuple[str, Fields, bytes]:
    """The first line, the fields, and the bytes after the blank line."""
    blank = _BLANK_LINE.search(data)
    head, rest = (data[: blank.start()], data[blank.end() :]) if blank else (data, b"")
    first, *lines = head.decode(encoding, "replace").replace("\r\n", "\n").split("\n")
    fields: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = (part.strip(" \t") for part in line.partition(":"))
        if line.startswith((" ", "\t")) and fields:
            fields[-1] = (fields[-1][0], " ".join([fields[-1][1], line.strip(" \t")]))
        elif colon:
            fields.append((name, value))
    return first, tuple(fields), rest


def write_head(first: str, fields: Fields, encoding: str) -> bytes:
    """The head of a record or message, with its blank line."""
    return f"{_one_line(first)}\r\n".encode(encoding) + write_fields(fields, encoding) + b"\r\n"


def write_fields(fields: Fields, encoding: str = "utf-8") -> bytes:
    """One line a field; a line break inside a value becomes a space."""
    return "".join(f"{_one_line(f'{name}: {value}')}\r\n" for name, value in fields).encode(encoding)


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)


def field(fields: Fields, name: str) -> str | None:
    """The first value of a field, whatever the case of its name."""
    wanted = name.casefold()
    return next((value for key, value in fields if key.casefold() == wanted), None)


def combined(fields: Fields, name: str) -> str:
    """All values of a field as one list, which repeated fields mean (RFC 9110 § 5.3); empty if there is none."""
    wanted = name.casefold()
    return ", ".join(value for key, value in fields if key.casefold() == wanted)
