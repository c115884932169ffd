"""One row as a typed value: ``for article in archive.topic(…)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from tearsheet.model import Document, Evidence, Removed, Rights


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Document):
    """A row with all its columns, by their names: text and ledger as well; times are aware and UTC, lists are tuples.

    What only a topic gives a row, ``topic`` to ``copy``, is ``None`` or empty in a row of ``archive.documents()``.
    """

    topic: str | None = None
    query_hash: str | None = None
    evidence: tuple[Evidence, ...] = ()
    cluster_id: str | None = None
    copy: Literal["first", "version", "identical", "near"] | None = None


_NAMES = [field.name for field in fields(Article)]
_PARTS = {"removed": Removed, "rights": Rights, "evidence": Evidence}


def article_of(row: Mapping[str, Any]) -> Article:
    """The article of a row as polars gives it (``iter_rows(named=True)``)."""
    return Article(**{name: _value(name, row[name]) for name in _NAMES if name in row})


def _value(name: str, value: Any) -> Any:
    if name in _PARTS:
        return tuple(_PARTS[name](**part) for part in value)
    return tuple(value) if isinstance(value, list) else value
