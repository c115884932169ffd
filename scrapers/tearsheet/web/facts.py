"""What is known of a document beside its text, each with where it was read: the page, its site, or our own hands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tearsheet.model import Document

ORIGINS = {
    "json_ld": "the page's linked data (JSON-LD)",
    "meta": "a meta element",
    "time": "a time element",
    "visible": "the visible text",
    "url": "the address",
    "htmldate": "a search over the whole page",
    "feed": "the feed that named the page",
    "sitemap": "the sitemap that named the page",
    "news_sitemap": "the news sitemap that named the page",
    "section": "the section page that named it",
    "front_page": "the front page that named it",
}
"""Where a date was read, by the word that stands in ``published_from``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known: ``values`` as they are stored, ``told`` how it came to be known.

    ``kind``: ``text`` in the outlet's words, ``link`` an address, ``code`` an identifier, ``own`` in ours.
    """

    name: str
    values: tuple[str, ...]
    told: str = ""
    kind: str = "own"


def of_the_page(document: Document) -> tuple[Fact, ...]:
    """What the page and its site say."""
    return _told(
        Fact(name="authors", values=document.authors, kind="text"),
        _fact("agency", document.agency, kind="text"),
        _fact("published", moment(document.published_at, has_time=document.published_has_time), _published(document)),
        _fact("modified", moment(document.modified_at)),
        _fact("language", document.language),
        _fact("section", document.section, kind="text"),
        Fact(name="tags", values=document.tags, kind="text"),
        _fact("access", document.access, ", ".join(document.access_evidence)),
        Fact(name="rights signals", values=tuple(_signals(document)) or ("none was read",)),
        _fact("picture", document.image, "not archived", kind="link"),
        _fact("names as its address", document.canonical_url, kind="link"),
    )


def of_the_capture(document: Document) -> tuple[Fact, ...]:
    """How it came here, and what read it."""
    moved = document.final_url if document.final_url != document.url else None
    return _told(
        _fact("asked", document.url, kind="link"),
        _fact("answered by", moved, "after redirects", kind="link"),
        Fact(name="named by", values=document.channels, kind="link"),
        _fact("night", document.night, f"collection {document.collection}"),
        _fact("fetched", moment(document.fetched_at)),
        _fact("read", moment(document.indexed_at), f"as {document.outcome}"),
        _fact("extractor", document.extractor, kind="code"),
        _fact("learned", document.learned, f"learned/{document.source}/<hash>.json: what the source repeats", "code"),
        _fact("rules", document.rules, "hash of the rules that the source declares", "code"),
        _fact("configuration", document.config, "config/<hash>.json", "code"),
        _fact("document", document.document_id, "from the address", "code"),
        _fact("version", document.version_id, "from title and text", "code"),
    )


def moment(at: datetime | None, *, has_time: bool | None = True) -> str | None:
    """A time in UTC to the minute; a day where no time of day is known."""
    if at is None:
        return None
    return f"{at:%Y-%m-%d}" if has_time is False else f"{at:%Y-%m-%d %H:%M} UTC"


def _published(document: Document) -> str:
    words = f"“{document.published_raw}”" if document.published_raw else ""
    origin = ORIGINS.get(document.published_from or "", document.published_from or "")
    return ", read from ".join(filter(None, (words, origin)))


def _signals(document: Document) -> Iterator[str]:
    for each in document.rights:
        value = f" = {each.value}" if each.value else ""
        yield f"{each.signal}{value} ({each.origin})"


def _fact(name: str, value: str | None, told: str = "", kind: str = "own") -> Fact:
    return Fact(name=name, values=(value,) if value else (), told=told, kind=kind)


def _told(*facts: Fact) -> tuple[Fact, ...]:
    """Those of which anything is known."""
    return tuple(fact for fact in facts if fact.values)
