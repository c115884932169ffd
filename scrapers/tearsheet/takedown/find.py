"""A phrase looked for in every object of a store, old versions included: decoded, unpacked, whatever it is packed in.

WARC members are read with their HTTP bodies decoded, Parquet by its columns, JSON, gzip and Zstandard unpacked. Of a
search index the texts are read, and nothing is found in the words beside them, which stand one by one. Case, white
space, tags and entities do not matter. What cannot be read is named, too: nobody could say that it holds nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from tearsheet.archive.coding import DEFAULT_CAP, inflate
from tearsheet.archive.keys import WARC_SUFFIXES
from tearsheet.archive.members import Member, members
from tearsheet.archive.record import parse_member
from tearsheet.errors import ConfigError, ObjectMissing, RecordError
from tearsheet.storage import Store
from tearsheet.storage.versions import Version, get_version, old_versions
from tearsheet.takedown.survey import Tell, quiet
from tearsheet.takedown.words import folded, holds, strings

SHORTEST_PHRASE = 4
_HTTP = ("response", "revisit")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a phrase stands: a key, the place in it, and the version where it is an old one."""

    key: str
    place: str = ""
    version: str | None = None

    def __str__(self) -> str:
        told = f"{self.key} {self.place}".rstrip()
        return f"{told} (version {self.version})" if self.version else told


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to: how many objects and old versions were read, and where the phrase stands."""

    objects: int
    found: tuple[Found, ...]


def find(store: Store, phrase: str, *, tell: Tell = quiet) -> Search:
    """Look for a phrase in every object there is.

    Raises:
        ConfigError: the phrase is too short to be anybody's.
    """
    needle = folded(phrase)
    if len(needle) < SHORTEST_PHRASE:
        raise ConfigError(f"{phrase!r} is too short to look for; give a few words of the text")
    old = [version for version in old_versions(store) if not version.marker]
    listed: list[tuple[str, Version | None]] = [
        *((info.key, None) for info in store.list()),
        *((v.key, v) for v in old),
    ]
    found: list[Found] = []
    for done, (key, version) in enumerate(listed):
        tell("objects", done, len(listed))
        try:
            body = get_version(store, version) if version else store.get(key)
        except ObjectMissing:  # deleted since it was listed
            continue
        found += [Found(key, place, version.id if version else None) for place in _standing(key, body, needle)]
    return Search(len(listed), tuple(found))


def _standing(key: str, body: bytes, needle: str) -> list[str]:
    """The places of an object where the phrase stands, or cannot be looked for."""
    try:
        if key.endswith(WARC_SUFFIXES):
            return [place for member in members(io.BytesIO(body)) if (place := _in_record(member, body, needle))]
        return list(dict.fromkeys(place for place, text in _texts(key, body) if holds(text, [needle])))
    except (RecordError, OSError, EOFError, pa.ArrowException) as error:
        return [_unreadable(error)]


def _in_record(member: Member, warc: bytes, needle: str) -> str | None:
    """Where a record stands that holds the phrase, or that cannot be read; else nothing."""
    try:
        return f"byte {member.offset}" if any(holds(text, [needle]) for text in _record(member, warc)) else None
    except RecordError as error:
        return f"byte {member.offset} {_unreadable(error)}"


def _unreadable(error: Exception) -> str:
    return f"(cannot be read: {error})"


def _texts(key: str, body: bytes) -> Iterator[tuple[str, str]]:
    if key.endswith(".parquet"):
        for batch in pq.ParquetFile(io.BytesIO(body)).iter_batches(batch_size=500):
            yield from (
                (f"column {name}", text) for name in batch.schema.names for text in strings(_values(batch, name))
            )
    elif key.endswith(".zst"):
        with pa.input_stream(pa.BufferReader(body), compression="zstd") as lines:
            yield from (("", text) for text in strings(lines.read()))
    elif key.endswith(".gz"):
        unpacked, _ = inflate(body, 20 * DEFAULT_CAP)
        yield from (("", text) for text in strings(unpacked))
    else:
        yield from (("", text) for text in strings(body))


def _values(batch: pa.RecordBatch, name: str) -> list[object]:
    values: list[object] = batch.column(name).to_pylist()
    return values


def _record(member: Member, warc: bytes) -> Iterator[str]:
    """The fields and the block of a record, and of a response its body, decoded."""
    record = member.record
    yield "\n".join(f"{name}: {value}" for name, value in record.fields)
    yield from strings(record.block)
    if record.kind in _HTTP and record.target.startswith(("http:", "https:")):
        yield from strings(parse_member(warc[member.offset : member.offset + member.length]).body)
