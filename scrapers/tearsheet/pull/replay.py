"""A page as it was captured, to be looked at: its HTML unchanged, and the headers under which it is harmless.

Nothing is cut from the page. Whoever shows it sends ``HEADERS``: under them a browser runs no script of the page, sends
no form and loads nothing from anywhere, neither style sheets nor pictures; so it looks bare, and touches nobody.

A page whose site asks for no copies to be shown (``noarchive``, ``nocache``) is never shown, whatever the policy says
of sharing, nor is one that was taken down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from tearsheet import tombstones
from tearsheet.archive.fields import field
from tearsheet.errors import RecordError, WithheldError
from tearsheet.model import Rights
from tearsheet.pull.evidence import Captured, evidence
from tearsheet.rights import NOT_SHOWN, in_force
from tearsheet.storage import Store

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-DNS-Prefetch-Control": "off",
        "Cache-Control": "no-store",
    }
)
"""What a page is served with, beside its Content-Type. ``sandbox`` also keeps it from sending itself elsewhere."""

_HTML = "text/html"
_TYPES = ("text/html", "application/xhtml+xml")


class Shown(Captured, Protocol):
    """A row as far as showing its page goes."""

    @property
    def document_id(self) -> str: ...  # noqa: D102 - columns, see docs/data-format.md
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def rights(self) -> Sequence[Rights]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's HTML, content codings undone, and its Content-Type as its server sent it, or ``text/html``."""

    body: bytes
    content_type: str


def captured_page(store: Store, row: Shown) -> bytes:
    """The HTML of a row's page as it was captured, to be sent with ``HEADERS``.

    Raises:
        WithheldError: its site asks for no copies to be shown, or it was taken down.
        RecordError: its record does not prove the row.
        StorageError: the store cannot be read.
    """
    return captured(store, row).body


def captured(store: Store, row: Shown) -> Page:
    """As ``captured_page``, with the page's Content-Type, without which some pages cannot be read."""
    _check(store, row)
    proof = evidence(store, row)
    if proof.record is None or proof.failure:
        raise RecordError(f"{row.url}: its record proves nothing, so its page is not shown: {proof.failure}")
    told = field(proof.record.headers, "Content-Type") or _HTML
    return Page(body=proof.record.body, content_type=told if told.lower().startswith(_TYPES) else _HTML)


def _check(store: Store, row: Shown) -> None:
    """Refuse what is not to be shown."""
    if signals := in_force(row.rights) & NOT_SHOWN:
        asked = ", ".join(sorted(signals))
        raise WithheldError(f"{row.url} asks for no copies to be shown ({asked}); its text is a column of the tables")
    if tombstones.load(store).hold(row.document_id, row.source):
        raise WithheldError(f"{row.url} was taken down; its receipt stands in {store.url(tombstones.PREFIX)}")
