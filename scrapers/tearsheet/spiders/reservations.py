"""tdmrep.json of each origin: asked before its first page, and only where robots.txt allows it."""

from __future__ import annotations

import logging

from tearsheet.archive.coding import decode
from tearsheet.discover.reservations import PATH, Reservations, parse_reservations
from tearsheet.errors import RecordError
from tearsheet.spiders.asking import Asker, header
from tearsheet.spiders.errand import Errand, NoAnswer
from tearsheet.spiders.origins import OriginFiles
from tearsheet.spiders.robots import CAP

log = logging.getLogger(__name__)


class ReservationFiles(OriginFiles[Reservations]):
    """What every origin reserves; one that gives no such file reserves nothing by it."""

    def __init__(self, asker: Asker) -> None:
        super().__init__()
        self._asker = asker

    async def _ask(self, origin: str, errand: Errand) -> Reservations:
        try:
            response = await self._asker.ask(f"{origin}{PATH}", Errand(errand.source, errand.tally))
        except NoAnswer:
            return Reservations()
        try:
            return parse_reservations(decode(response.body, header(response, "Content-Encoding") or "", CAP))
        except RecordError as error:
            log.warning("%s is passed over: %s", response.url, error, extra={"source": errand.source})
            return Reservations()
