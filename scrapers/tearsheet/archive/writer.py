"""One WARC segment, written to a local file, then uploaded once with its index.

Records are framed by hand: a body that is compressed already is stored (deflate level 0), everything else goes through
libdeflate; to compress a page twice would cost ten times the rest. Digests are ``sha256:`` in base 32, which
warcio, pywb and fastwarc verify.

One thread writes; after ``close``, ``upload`` may run in another.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from deflate import gzip_compress

from tearsheet.archive import cdxj
from tearsheet.archive.cdxj import Entry
from tearsheet.archive.exchange import Exchange, request_message, response_head, response_message
from tearsheet.archive.fields import Fields, write_fields
from tearsheet.archive.indexing import CANDIDATE, CANDIDATE_TYPE, SOFTWARE, entry_of
from tearsheet.archive.keys import SegmentName, index_key
from tearsheet.archive.record import Record
from tearsheet.archive.warc import SPECIFICATION, WarcRecord, date, digest, write_record
from tearsheet.errors import StorageError
from tearsheet.model import Candidate

if TYPE_CHECKING:
    from tearsheet.storage import Store

_STORED, _SMALLER = 0, 6
_REQUEST, _RESPONSE = "application/http;msgtype=request", "application/http;msgtype=response"


class SegmentWriter:
    """An open segment at ``path``: its ``size`` in bytes, ``entries`` so far, and how many of them are ``captures``.

    Raises:
        StorageError: from every method that writes, where the local disk refuses.
    """

    def __init__(self, name: SegmentName, folder: Path, *, contact: str | None, user_agent: str) -> None:
        self.key = name.key
        self.size = 0
        self.captures = 0
        self.entries: list[Entry] = []
        with _disk(folder):
            descriptor, path = tempfile.mkstemp(dir=folder, prefix=f"{name.file_name}.")
        self.path = Path(path)
        self._file = os.fdopen(descriptor, "wb")
        self._warcinfo = self._append_warcinfo(name, contact, user_agent).record_id

    def write_exchange(self, exchange: Exchange, candidate: Candidate | None = None) -> Entry:
        """Append response and request; and the candidate, where this is its 2xx answer and so a capture.

        The entry returned has offset, length and payload digest of the response, and its ``capture``.
        """
        message = response_message(exchange)
        fields = (*self._fields(exchange, _RESPONSE), ("WARC-Payload-Digest", digest(message.body)))
        level = _STORED if message.compressed else _SMALLER
        response, entry = self._append_indexed("response", fields, message.head + message.body, level)
        self._append_request(exchange, response)
        if candidate is not None and 200 <= exchange.status < 300:
            self._append_candidate(candidate, exchange, response)
            entry = replace(entry, candidate=candidate)
            self.captures += 1
        self.entries.append(entry)
        return entry

    def write_revisit(self, exchange: Exchange, base: Record) -> Entry:
        """Append that a page is what its last capture ``base`` was: a 304, or the same payload again; and the request.

        A 304 says nothing of the page, so the record stores status line and fields of ``base``: one that stores the
        304 itself is replayed as an empty page. The entry is no capture.
        """
        if exchange.status == 304:
            profile = "server-not-modified"
            head = response_head(base.http_version, base.status, base.reason, base.headers)
        else:
            profile = "identical-payload-digest"
            head = response_message(exchange).head
        fields = (
            *self._fields(exchange, _RESPONSE),
            ("WARC-Profile", f"http://netpreserve.org/warc/1.1/revisit/{profile}"),
            ("WARC-Refers-To", base.record_id),
            ("WARC-Refers-To-Target-URI", base.url),
            ("WARC-Refers-To-Date", date(base.fetched_at)),
            ("WARC-Payload-Digest", base.digest),
        )
        revisit, entry = self._append_indexed("revisit", fields, head, _SMALLER)
        self._append_request(exchange, revisit)
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        """Nothing more will be written. Closing twice does nothing."""
        with _disk(self.path):
            self._file.close()

    def upload(self, store: Store) -> None:
        """Put the closed segment and its index into the store, then delete the local file. May be tried again.

        Raises:
            ObjectExists: another segment has this name.
            StorageError: the store refused or could not be reached; the local file stays.
        """
        store.put_new(self.key, self.path)
        store.put_new(index_key(self.key), cdxj.dump(self.entries))
        with _disk(self.path):
            self.path.unlink()

    def _append(self, kind: str, fields: Fields, block: bytes, level: int = _SMALLER) -> WarcRecord:
        record, data = write_record(kind, fields, block)
        member = gzip_compress(data, level)
        with _disk(self.path):
            self._file.write(member)
        self.size += len(member)
        return record

    def _append_indexed(self, kind: str, fields: Fields, block: bytes, level: int) -> tuple[WarcRecord, Entry]:
        offset = self.size
        record = self._append(kind, fields, block, level)
        return record, entry_of(record, warc_key=self.key, offset=offset, length=self.size - offset)

    def _append_request(self, exchange: Exchange, response: WarcRecord) -> None:
        fields = (*self._fields(exchange, _REQUEST), ("WARC-Concurrent-To", response.record_id))
        self._append("request", fields, request_message(exchange))

    def _append_candidate(self, candidate: Candidate, exchange: Exchange, response: WarcRecord) -> None:
        """The URN keeps indexers that list metadata records from taking it for the page itself."""
        fields = (
            ("WARC-Target-URI", f"urn:tearsheet:candidate:{candidate.document_id}"),
            ("WARC-Date", date(exchange.fetched_at)),
            ("WARC-Warcinfo-ID", self._warcinfo),
            ("WARC-Concurrent-To", response.record_id),
            ("Content-Type", CANDIDATE_TYPE),
        )
        self._append("metadata", fields, CANDIDATE.dump_json(candidate, exclude_none=True))

    def _append_warcinfo(self, name: SegmentName, contact: str | None, user_agent: str) -> WarcRecord:
        fields = (
            ("WARC-Date", date(datetime.now(UTC))),
            ("WARC-Filename", name.file_name),
            ("Content-Type", "application/warc-fields"),
        )
        told = {
            "software": f"{SOFTWARE}{version('tearsheet')}",
            "format": "WARC File Format 1.1",
            "conformsTo": SPECIFICATION,
            "robots": "obey RFC 9309",
            "operator": contact,
            "http-header-user-agent": user_agent,
            "isPartOf": name.collection,
            "description": f"collection {name.collection}, night {name.night}",
        }
        known = tuple((key, value) for key, value in told.items() if value)
        return self._append("warcinfo", fields, write_fields(known))

    def _fields(self, exchange: Exchange, content_type: str) -> Fields:
        address = (("WARC-IP-Address", exchange.ip_address),) if exchange.ip_address else ()
        return (
            ("WARC-Target-URI", exchange.url),
            ("WARC-Date", date(exchange.fetched_at)),
            *address,
            ("WARC-Warcinfo-ID", self._warcinfo),
            ("Content-Type", content_type),
        )


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; free space there, or name another folder in TMPDIR") from error
