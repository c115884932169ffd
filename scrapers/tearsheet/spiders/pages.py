"""One source's pages, asked one by one: new ones kept, seen ones asked whether they have changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial

from tearsheet import tombstones, urls
from tearsheet.archive import fields
from tearsheet.archive.reader import record_at
from tearsheet.archive.record import Record
from tearsheet.config.models import Source
from tearsheet.errors import ObjectMissing, RecordError
from tearsheet.model import Candidate, Capture
from tearsheet.spiders.asking import Asker, header
from tearsheet.spiders.discovery import conditional
from tearsheet.spiders.errand import Errand, NoAnswer, Tally
from tearsheet.state import SourceState
from tearsheet.storage import Store
from tearsheet.tombstones import NONE, Tombstones

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tonight:
    """What the sources of a batch share, by document id: the night's captures, and which source asked for a page.

    ``taken_down`` is what none of them may ask.
    """

    captured: dict[str, Capture]
    taken_down: Tombstones = NONE
    asked_by: dict[str, str] = field(default_factory=dict)


class Pages:
    """The pages of one source; ``chosen`` are the ids of all that are asked tonight.

    ``revisits`` says of each page that was as it was at its last capture how that was seen, by document id.
    """

    def __init__(
        self,
        source: Source,
        night: str,
        known: SourceState,
        chosen: Collection[str],
        *,
        store: Store,
        tonight: Tonight,
        asker: Asker,
        tally: Tally,
    ) -> None:
        self.revisits: dict[str, dict[str, str | int | None]] = {}
        self._source = source
        self._night = night
        self._known = known
        self._chosen = chosen
        self._store = store
        self._tonight = tonight
        self._asker = asker
        self._tally = tally

    async def ask(self, candidate: Candidate) -> Capture:
        """The page's capture: a new one, unless another source of the batch has it already.

        Raises:
            NoAnswer: there is none, with the outcome that the candidate ends with instead.
            StorageError: it could not be kept.
        """
        document_id, source = candidate.document_id, self._source.id
        if captured := self._tonight.captured.get(document_id):
            return captured
        if (asked_by := self._tonight.asked_by.setdefault(document_id, source)) != source:
            raise NoAnswer("skipped.same_as", f"asked for {asked_by}")
        errand = Errand(source, self._tally, candidate, await self._last_capture(candidate))
        may_follow = partial(self._may_follow, candidate)
        response = await self._asker.ask(candidate.url, errand, headers=_validators(errand.base), may_follow=may_follow)
        if errand.unchanged:
            self.revisits[document_id] = {"reason": errand.unchanged, "status": response.status}
            raise NoAnswer("skipped.unchanged", f"as it was at its last capture ({errand.unchanged})")
        if errand.capture is None:
            raise NoAnswer("failed.not_html", f"it is {header(response, 'Content-Type')}")
        self._tonight.captured[document_id] = errand.capture
        return errand.capture

    async def _last_capture(self, candidate: Candidate) -> Record | None:
        """The record of the page's last capture on another night, if there is one: asked is whether it has changed."""
        seen = self._known.seen.get(candidate.document_id)
        visit = seen.last_capture(self._night) if seen else None
        if visit is None or visit.warc_file is None:
            return None
        place = (visit.warc_file, visit.warc_offset, visit.warc_length)
        try:
            return await asyncio.to_thread(record_at, self._store, *place)
        except (ObjectMissing, RecordError) as error:
            log.warning("asked as if new: %s", error, extra={"source": self._source.id, "url": candidate.url})
            return None

    def _may_follow(self, candidate: Candidate, target: str) -> None:
        """Refuses a redirect to what was or will be asked anyway, to the front page, and to strangers."""
        document_id, homepage = urls.document_id(target), self._source.homepage
        if document_id == candidate.document_id:
            return
        if self._tonight.taken_down.hold(document_id, self._source.id):
            raise NoAnswer(tombstones.OUTCOME, f"it redirects to {target}")
        if document_id in self._tonight.captured or document_id in self._chosen:
            raise NoAnswer("skipped.same_as", target)
        if self._known.is_seen(document_id, self._night):
            raise NoAnswer("skipped.same_as", target)
        if document_id == urls.document_id(homepage):
            raise NoAnswer("failed.redirect_home", f"it redirects to the front page, {target}")
        if not (urls.same_site(target, candidate.url) or urls.same_site(target, homepage)):
            raise NoAnswer("failed.redirect_foreign", f"it redirects to another site, {target}")


def _validators(base: Record | None) -> dict[str, str]:
    if base is None:
        return {}
    return conditional(fields.field(base.headers, "ETag"), fields.field(base.headers, "Last-Modified"))
