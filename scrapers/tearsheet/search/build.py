"""From a month's rows to a build: three bodies, of which the index is one segment that needs no other file."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pyarrow as pa
import tantivy

from tearsheet.folding import folded
from tearsheet.search.schema import IDENTITY, KEY, LONG, PLACES, SHOWN, TEXTS, schema
from tearsheet.search.terms import has_long_words, indexed
from tearsheet.select.query import COLUMNS, Value, fold
from tearsheet.select.syntax import WHOLE
from tearsheet.select.terms import WILDCARD_REACH

SUFFIXES = (".tar", ".parquet", ".jsonl.zst")
_HEAP = 256_000_000
"""What tantivy may hold before it begins another segment: some 100,000 articles."""
_ORDER = ["night", "published_at", *IDENTITY]
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Month:
    """A month's rows, read, with their texts packed; ``content`` is a hash of all that goes into the build."""

    rows: pl.DataFrame
    texts: bytes
    content: str
    given: list[dict[str, Any]]


def read(rows: pl.DataFrame) -> Month:
    """What is to be indexed of a month's rows, which have the columns ``NEEDED``."""
    ordered = rows.sort(_ORDER, nulls_last=True)
    given = ordered.to_dicts()
    codec, packed, places, digest = pa.Codec("zstd", compression_level=3), io.BytesIO(), [], hashlib.sha256()
    for row in given:
        line = json.dumps({name: row[name] for name in ("document_id", *TEXTS)}, ensure_ascii=False).encode() + b"\n"
        frame = codec.compress(line, asbytes=True)
        places.append((key_of(row), packed.tell(), len(frame)))
        packed.write(frame)
        digest.update(line)
    shown = ordered.select(SHOWN).with_columns(pl.DataFrame(places, schema=PLACES, orient="row"))
    digest.update(shown.drop("offset", "length").write_json().encode())
    return Month(shown, packed.getvalue(), digest.hexdigest(), given)


def bodies(month: Month) -> dict[str, bytes]:
    """The bodies of a build by their suffix."""
    table = io.BytesIO()
    month.rows.write_parquet(table, compression="zstd", compression_level=3)
    return dict(zip(SUFFIXES, (_index(month.given), table.getvalue(), month.texts), strict=True))


def key_of(row: Mapping[str, Any]) -> int:
    """The 63 bits by which a topic's row is known in the index."""
    name = "/".join(str(row[part]) for part in ("topic", *IDENTITY))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1


def fields(row: Mapping[str, Any]) -> dict[str, Value]:
    """A row's fields as ``Query.match`` takes them."""
    return {name: row[column] or "" for name, column in COLUMNS.items()}


def _index(rows: list[dict[str, Any]]) -> bytes:
    """The files that tantivy makes of some rows, packed."""
    with TemporaryDirectory(prefix="tearsheet-search-") as folder:
        writer = tantivy.Index(schema(), folder).writer(_HEAP, 1)
        for row in rows:
            writer.add_document(tantivy.Document(**dict(_values(row))))
        writer.commit()
        writer.wait_merging_threads()
        return _packed(Path(folder))


def _values(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield KEY, key_of(row)
    long = False
    for name, value in fields(row).items():
        text = fold(value).stored
        if name in WHOLE:
            whole = folded(text).text
            yield name, whole
            long |= len(whole) > WILDCARD_REACH
        elif text:
            words = indexed(text)
            yield name, words
            long |= has_long_words(words)
    yield LONG, long


def _packed(folder: Path) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as tar:
        for path in sorted(folder.iterdir()):
            if not path.name.startswith("."):  # locks, and what only a writer needs
                member = tarfile.TarInfo(path.name)
                member.size, member.mode = path.stat().st_size, _PRIVATE
                with path.open("rb") as file:
                    tar.addfile(member, file)
    return body.getvalue()
