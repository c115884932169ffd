"""Golden pages: a folder a page, with what a careful reader says is right of it.

``<name>/page.html`` is the page as it was served, ``meta.json`` how it was fetched, the source whose rules hold for it
and what is known to fail, ``expected.json`` what its row must say; of its ledger, what our own rules and the source's
cut. A page takes the way of every page: through a WARC segment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tearsheet.archive.exchange import Exchange
from tearsheet.archive.keys import SegmentName
from tearsheet.archive.writer import SegmentWriter
from tearsheet.clean.cleaner import LEFT_OUT
from tearsheet.documents.rows import document
from tearsheet.documents.task import Context
from tearsheet.errors import ConfigError, RecordError
from tearsheet.model import Candidate, Capture, Document, Mention, SourceRule
from tearsheet.urls import document_id

PAGE, META, EXPECTED = "page.html", "meta.json", "expected.json"
FIELDS = (
    *("outcome", "title", "standfirst", "authors", "published_at", "modified_at", "language", "access", "rights"),
    *("text", "removed"),
)
"""What is expected of a page: fields of its row; ``text`` by lines, of ``removed`` reason and text."""
KEPT_HEADERS = frozenset({"content-type", "x-robots-tag", "tdm-reservation", "tdm-policy"})
"""What extraction reads; cookies and the like are no business of a folder that is shared."""
COLLECTION, NIGHT = "golden", "2026-01-01"
_ROW = TypeAdapter(Document)


class Meta(BaseModel):
    """How a page was fetched; ``known_failures``: fields that do not come out right yet, and why."""

    model_config = ConfigDict(extra="forbid")

    url: str
    fetched_at: datetime
    headers: dict[str, str]
    mentions: tuple[Mention, ...] = ()
    source: str | None = None
    known_failures: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that does not say what is expected; or, with ``known_failure``, that does and was not thought to."""

    field: str
    expected: Any
    found: Any
    known_failure: bool = False


@dataclass(frozen=True, slots=True)
class GoldenPage:
    """One page in its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """What it is called."""
        return self.folder.name

    def meta(self) -> Meta:
        """What stands in ``meta.json``.

        Raises:
            ConfigError: it is not there, or says something else.
        """
        path = self.folder / META
        try:
            return Meta.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise ConfigError(f"{path} does not say how the page was fetched: {error}") from error

    def expected(self) -> dict[str, Any]:
        """What its row must say, by field; nothing where nobody has said it yet.

        Raises:
            ConfigError: ``expected.json`` is no JSON object.
        """
        path = self.folder / EXPECTED
        try:
            return dict(json.loads(path.read_bytes())) if path.exists() else {}
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path} is no JSON object ({error}); `tearsheet record --update` writes it") from error

    def found(self, rules: tuple[SourceRule, ...] = ()) -> dict[str, Any]:
        """What its row says, by field, as it is written in ``expected.json``; ``rules`` are its source's.

        Raises:
            RecordError: it is no page.
        """
        with TemporaryDirectory() as folder:
            capture, member = _archived(self, Path(folder))
        context = Context(collection=COLLECTION, night=NIGHT, config="", extractor="", rules={COLLECTION: rules})
        row = document(capture, member, context)
        fields = _ROW.dump_python(row, mode="json", include=set(FIELDS))
        fields["text"] = row.text.split("\n") if row.text else None
        fields["removed"] = [{"reason": cut.reason, "text": cut.text} for cut in row.removed if cut.rule != LEFT_OUT]
        return {field: fields[field] for field in FIELDS}

    def differences(self, found: Mapping[str, Any]) -> list[Difference]:
        """Where what is said is not what is expected, known failures excepted; and which of those are none any more."""
        right, known = self.expected(), self.meta().known_failures
        return [
            Difference(field, right.get(field), found[field], field in known)
            for field in FIELDS
            if (field in right and right[field] == found[field]) == (field in known)
        ]

    def update(self, found: Mapping[str, Any]) -> None:
        """Write ``expected.json`` anew; a field that is known to fail keeps what was expected of it."""
        before, known = self.expected(), self.meta().known_failures
        _write(self.folder / EXPECTED, {f: before[f] if f in known and f in before else found[f] for f in FIELDS})


def golden_pages(folder: Path, names: Iterable[str] = ()) -> list[GoldenPage]:
    """The pages of a folder by name: those that are named, or all.

    Raises:
        ConfigError: one that is named is not there, or there is none at all.
    """
    pages = {path.parent.name: GoldenPage(path.parent) for path in sorted(folder.glob(f"*/{PAGE}"))}
    if not pages:
        raise ConfigError(f"{folder} holds no golden page; `tearsheet record URL --into {folder}/NAME` writes one")
    if unknown := sorted({*names} - {*pages}):
        raise ConfigError(f"{folder} holds no golden page {', '.join(unknown)}; it holds {', '.join(pages)}")
    return [pages[name] for name in names] or [*pages.values()]


def keep(folder: Path, body: bytes, meta: Meta) -> GoldenPage:
    """Make the folder of a page that was fetched; of its headers those remain that extraction reads.

    Raises:
        ConfigError: a page stands there.
    """
    if (folder / PAGE).exists():
        raise ConfigError(f"{folder} holds a page already: choose another name, or delete it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_bytes(body)
    headers = {name: value for name, value in meta.headers.items() if name.lower() in KEPT_HEADERS}
    told = meta.model_copy(update={"headers": headers}).model_dump(mode="json", exclude_defaults=True)
    _write(folder / META, told)
    return GoldenPage(folder)


def _write(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _archived(page: GoldenPage, folder: Path) -> tuple[Capture, bytes]:
    """A page's capture and its member of a segment that is written for it."""
    known, body = page.meta(), (page.folder / PAGE).read_bytes()
    segment = SegmentName(collection=COLLECTION, night=NIGHT, batch="b000", attempt=1, serial=1)
    writer = SegmentWriter(segment, folder, contact=None, user_agent=COLLECTION)
    exchange = Exchange(
        url=known.url,
        request_headers=(("User-Agent", COLLECTION),),
        status=200,
        reason="OK",
        response_headers=(*known.headers.items(), ("Content-Length", str(len(body)))),
        body=body,
        fetched_at=known.fetched_at,
    )
    candidate = Candidate(document_id=document_id(known.url), url=known.url, source=COLLECTION, mentions=known.mentions)
    capture = writer.write_exchange(exchange, candidate).capture
    writer.close()
    if capture is None:
        raise RecordError(f"{page.folder} is no capture of a page")
    end = capture.warc_offset + capture.warc_length
    return capture, writer.path.read_bytes()[capture.warc_offset : end]
