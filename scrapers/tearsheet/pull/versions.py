"""A document's rows, which of them are versions of it, and what changed from one to the next, word by word.

Two captures are two versions only where their payload's digest **and** their wording differ under the same extractor: a
page whose advertisements changed is no new version, nor is a text that a better extractor reads otherwise. Where only
the extractor differs, the newer reading stands for the version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

import polars as pl
import regex

from tearsheet.errors import ConfigError, RecordError
from tearsheet.folding import SPACED, UNSPACED
from tearsheet.model import ARTICLE, Document
from tearsheet.pull.archive import Archive
from tearsheet.tables.schema import DOCUMENTS, from_row
from tearsheet.urls import document_id as id_of

Kind = Literal["same", "deleted", "inserted"]
COMPARED = ("title", "standfirst", "text")
MOST_PAIRS = 25_000_000
"""Pairs of words above which two passages are not compared word by word: the one is deleted, the other inserted."""

_IDENTITY = re.compile("[0-9a-f]{20}")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PIECE = regex.compile(rf"(?V1)\n|{UNSPACED}|{SPACED}+(?:['’.,-]{SPACED}+)*|[^\S\n]+|.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A run of words of one field (title, standfirst or text): in both versions, in the older or in the newer one.

    ``same`` and ``deleted`` together are the older field, ``same`` and ``inserted`` the newer one.
    """

    field: str
    kind: Kind
    text: str


def identity(given: str) -> str:
    """The document that an address names, or a document_id as it stands.

    Raises:
        ConfigError: it is neither.
    """
    if _IDENTITY.fullmatch(given):
        return given
    try:
        return id_of(given)
    except RecordError as error:
        raise ConfigError(f"{given!r} is neither an address (https://…) nor a document_id of 20 hex digits") from error


def captures(archive: Archive, document_id: str) -> list[Document]:
    """Every row of a document, drops as well, in the order in which they were fetched; none where it was never kept.

    Raises:
        StorageError: the store cannot be read.
    """
    rows = archive.documents().where(pl.col("document_id") == document_id)
    places = rows.columns("month", "night").to_polars()  # of the files that have no row of it texts are not read
    if places.is_empty():
        return []
    within = [pl.col(name).is_in(places[name].unique().to_list()) for name in ("month", "night")]
    found = rows.where(within[0]).where(within[1]).columns(*DOCUMENTS.names).to_polars()
    return [from_row(row) for row in found.sort("fetched_at", "night", "collection").to_dicts()]


def versions(archive: Archive, document_id: str) -> list[Document]:
    """The versions of an article, the oldest first; none where it was never an article.

    Raises:
        StorageError: the store cannot be read.
    """
    return versions_of(captures(archive, document_id))


def versions_of(rows: Sequence[Document]) -> list[Document]:
    """The versions among the rows of one document, which are given in the order in which they were fetched."""
    found: list[Document] = []
    for row in rows:
        if row.outcome != ARTICLE:
            continue
        if not found or _another(found[-1], row):
            found.append(row)
        elif found[-1].extractor != row.extractor:
            found[-1] = row
    return found


def difference(a: Document, b: Document) -> list[Change]:
    """What title, standfirst and text of ``a`` have become in ``b``; a field that neither has gives nothing."""
    fields = ((name, getattr(a, name) or "", getattr(b, name) or "") for name in COMPARED)
    return [Change(field=name, kind=kind, text=text) for name, old, new in fields for kind, text in changed(old, new)]


def changed(old: str, new: str) -> list[tuple[Kind, str]]:
    """What an old text has become, in runs: paragraphs that stayed are told first, then words in those that did not."""
    runs = _compared(_LINE.findall(old), _LINE.findall(new), str, _by_words)
    return list(_joined(runs))


def _another(earlier: Document, later: Document) -> bool:
    return (
        earlier.extractor == later.extractor
        and earlier.payload_digest != later.payload_digest
        and earlier.version_id != later.version_id
    )


Runs = Iterator[tuple[Kind, str]]


def _compared(
    old: Sequence[str], new: Sequence[str], key: Callable[[str], str], replaced: Callable[[str, str], Runs]
) -> Runs:
    """The pieces of two texts against each other; those of one key stay, and what else is in them is replaced."""
    matcher = SequenceMatcher(None, [*map(key, old)], [*map(key, new)], autojunk=False)
    for operation, i, j, m, n in matcher.get_opcodes():
        before, after = "".join(old[i:j]), "".join(new[m:n])
        if operation == "equal":
            for was, now in zip(old[i:j], new[m:n], strict=True):
                stays = now if was == now else key(now)
                yield "same", stays
                yield from _whole(was[len(stays) :], now[len(stays) :])
        elif operation == "replace":
            yield from replaced(before, after)
        else:
            yield from _whole(before, after)


def _by_words(old: str, new: str) -> Runs:
    before, after = _words(old), _words(new)
    if len(before) * len(after) > MOST_PAIRS:
        yield from _whole(old, new)
    else:
        yield from _compared(before, after, lambda word: word.rstrip() or word, _whole)


def _whole(old: str, new: str) -> Runs:
    if old:
        yield "deleted", old
    if new:
        yield "inserted", new


def _words(text: str) -> list[str]:
    """Words, marks and line breaks, each with the blanks behind it, which are not compared."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if found and piece.isspace() and piece != "\n" and found[-1] != "\n":
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _joined(runs: Runs) -> Runs:
    """Runs of one kind side by side as one; of a change what was deleted stands first."""
    for is_same, run in groupby(runs, key=lambda each: each[0] == "same"):
        parts = list(run)
        kinds: tuple[Kind, ...] = ("same",) if is_same else ("deleted", "inserted")
        for kind in kinds:
            if text := "".join(text for each, text in parts if each == kind):
                yield kind, text
