"""The receipt of a take-down, ``takedowns/<id>.json``: what was asked, why, what was touched, what the check found.

It holds nothing that was removed: of an author it has the digest of the name, of a phrase that of the phrase. Its own
``sha256`` is of all its other fields, so that a receipt that was changed afterwards is told.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from tearsheet.archive.tombstone import Place
from tearsheet.errors import ConfigError, RecordError
from tearsheet.storage import Store
from tearsheet.takedown.words import folded
from tearsheet.tombstones import PREFIX, Tombstones, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What was asked to be taken down: ``value`` is a URL, a source's id, or the SHA-256 of an author's folded name."""

    kind: Literal["url", "source", "author"]
    value: str

    @property
    def digest(self) -> str:
        """What stands for the request in the receipt's id."""
        return _sha256(f"{self.kind}:{self.value}")[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that a take-down touches. ``segments``: the records by WARC. Rows are counted by ``<collection>/<night>``.

    ``runs`` are fetch reports and outcomes, ``states`` the ids of sources; articles go by ``<topic>/<night>``;
    ``releases`` are ``<topic>/<id>``.
    """

    segments: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    staged: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    documents: dict[str, int] = field(default_factory=dict)
    articles: dict[str, int] = field(default_factory=dict)
    releases: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is left to be removed."""
        return self == Inventory()

    @property
    def records(self) -> int:
        """How many records of WARCs are replaced."""
        return sum(map(len, self.segments.values()))

    @property
    def bytes(self) -> int:
        """How many bytes these records have, compressed."""
        return sum(place.length for places in self.segments.values() for place in places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found after all was done; of a phrase its digest, how many objects were read, and where it stands."""

    at: datetime
    phrase_sha256: str | None = None
    objects: int = 0
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One take-down: ``begun`` from before the first removal, ``done`` when nothing of it was found any more."""

    id: str
    status: Literal["begun", "done"]
    selector: Selector
    reason: str
    tool: str
    begun_at: datetime
    done_at: datetime | None = None
    documents: tuple[str, ...]
    sources: tuple[str, ...] = ()
    touched: Inventory
    verification: Verification | None = None
    sha256: str = ""

    @property
    def tombstones(self) -> Tombstones:
        """Whom it concerns."""
        return Tombstones(frozenset(self.documents), frozenset(self.sources))

    @property
    def genuine(self) -> bool:
        """Whether its digest is that of its fields."""
        return self.sha256 == _digest(self)


_RECEIPT = TypeAdapter(Receipt)


def selector(url: str | None = None, source: str | None = None, author: str | None = None) -> Selector:
    """What was asked.

    Raises:
        ConfigError: not exactly one of the three.
    """
    given: dict[Literal["url", "source", "author"], str | None] = {"url": url, "source": source, "author": author}
    asked = [(kind, value) for kind, value in given.items() if value]
    if len(asked) != 1:
        raise ConfigError("say what is to be taken down: a URL, or --source, or --author, and only one of them")
    kind, value = asked[0]
    return Selector(kind=kind, value=name_digest(value) if kind == "author" else value)


def name_digest(name: str) -> str:
    """What stands for an author: the digest of the name without regard to case and spacing."""
    return _sha256(folded(name))


def phrase_digest(phrase: str) -> str:
    """What stands for a phrase."""
    return _sha256(folded(phrase))


def as_dict(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON has it."""
    fields: dict[str, Any] = _RECEIPT.dump_python(receipt, mode="json")
    return fields


def signed(receipt: Receipt) -> Receipt:
    """The receipt with its digest."""
    return replace(receipt, sha256=_digest(receipt))


def save(store: Store, receipt: Receipt) -> Receipt:
    """Write a receipt, with its digest."""
    whole = signed(receipt)
    store.put(key(whole.id), _RECEIPT.dump_json(whole, indent=1))
    return whole


def load(store: Store, takedown: str) -> Receipt:
    """A receipt by its id.

    Raises:
        ObjectMissing: there is none.
        RecordError: it is none, or not as it was written.
    """
    url = store.url(key(takedown))
    try:
        receipt = _RECEIPT.validate_json(store.get(key(takedown)))
    except ValidationError as error:
        raise RecordError(f"{url} is no receipt of a take-down ({error}); bring it back from a backup") from error
    if not receipt.genuine:
        raise RecordError(f"{url} was changed after it was written: its sha256 is another; bring it back from a backup")
    return receipt


def earlier(store: Store, asked: Selector) -> Receipt | None:
    """The last take-down of the same, whether or not it was done."""
    stems = (info.key.removeprefix(PREFIX).removesuffix(".json") for info in store.list(PREFIX))
    same = sorted(stem for stem in stems if stem.endswith(f"-{asked.digest}"))
    return load(store, same[-1]) if same else None


def _digest(receipt: Receipt) -> str:
    told = as_dict(replace(receipt, sha256=""))
    if not receipt.touched.releases:
        del told["touched"]["releases"]  # receipts from before there were releases have no such field
    return _sha256(json.dumps(told, sort_keys=True, ensure_ascii=False))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
