"""The names of archived objects: ``raw/<collection>/<night>/<batch>-<attempt>-<serial>.warc.gz``, and its ``.cdxj``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from tearsheet.errors import ObjectExists

if TYPE_CHECKING:
    from tearsheet.storage import Store

INDEX_SUFFIX = ".cdxj"
WARC_SUFFIXES = (".warc.gz", ".warc")


@dataclass(frozen=True, slots=True)
class SegmentName:
    """One WARC of a night: the ``serial``-th that this attempt at this batch of sources wrote."""

    collection: str
    night: str
    batch: str
    attempt: int
    serial: int

    @property
    def file_name(self) -> str:
        """The last part of the key."""
        return f"{self.batch}-{self.attempt:03d}-{self.serial:05d}.warc.gz"

    @property
    def key(self) -> str:
        """Where the segment stands in the store."""
        return segments_prefix(self.collection, self.night) + self.file_name


def segments_prefix(collection: str, night: str) -> str:
    """Below this stand all segments of a night, whatever wrote them."""
    return f"raw/{collection}/{night}/"


def reports_prefix(collection: str, night: str) -> str:
    """Below this each attempt that ended by itself left its report, ``<batch>-<attempt>.json.gz``."""
    return f"runs/{collection}/{night}/fetched/"


def index_key(warc_key: str) -> str:
    """Where the CDXJ index of a segment stands."""
    return warc_key + INDEX_SUFFIX


def attempts_prefix(collection: str, night: str) -> str:
    """Below this each attempt has taken its number, ``<batch>-<attempt>``."""
    return f"runs/{collection}/{night}/attempts/"


def new_attempt(store: Store, collection: str, night: str, batch: str) -> int:
    """The next attempt's number, which no other attempt has or gets.

    A crawl whose night was killed closes for some seconds, while the next run has begun: what it still writes must not
    stand where the other's is to.
    """
    while True:
        attempt = next_attempt(store, collection, night, batch)
        try:
            store.put_new(f"{attempts_prefix(collection, night)}{batch}-{attempt:03d}", uuid4().hex.encode())
        except ObjectExists:  # another attempt was first
            continue
        return attempt


def next_attempt(store: Store, collection: str, night: str, batch: str) -> int:
    """1 + the highest attempt at a batch that took its number, or left a segment or a report; 1 for the first."""
    places = [prefix(collection, night) for prefix in (segments_prefix, reports_prefix, attempts_prefix)]
    name = re.compile(rf"{re.escape(batch)}-(\d{{3,}})(?:-\d{{5,}}\.warc\.gz(?:\.cdxj)?|\.json\.gz)?")
    listed = (info.key.removeprefix(place) for place in places for info in store.list(f"{place}{batch}-"))
    return 1 + max((int(found[1]) for key in listed if (found := name.fullmatch(key))), default=0)
