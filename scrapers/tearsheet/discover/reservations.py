"""tdmrep.json: for which paths of a site text and data mining is reserved (TDMRep).

Section *TDM File on the Origin Server* of
https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240202/. A list of rules, of which the first whose
``location`` matches a path is the one that holds; locations are written as paths are in robots.txt, and matched as they
are there. A rule without a location, or with a reservation that is neither 0 nor 1, says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tearsheet.discover.robots import MAX_ROBOTS_BYTES, Robots, parse_robots
from tearsheet.errors import RecordError
from tearsheet.model import Rights

PATH = "/.well-known/tdmrep.json"
ORIGIN = "tdmrep.json"
MAX_RULES = 1_000
"""Rules that are read of a file: each page is held against one after the other, while other sources wait."""
_RESERVATION, _POLICY = "tdm-reservation", "tdm-policy"


@dataclass(frozen=True, slots=True)
class Reservations:
    """The rules of an origin in their order; none where it has no such file."""

    rules: tuple[tuple[Robots, tuple[Rights, ...]], ...] = ()

    def of(self, url: str) -> tuple[Rights, ...]:
        """What the first rule that matches the URL's path says."""
        return next((told for location, told in self.rules if not location.allows(url, ORIGIN)), ())


def parse_reservations(body: bytes) -> Reservations:
    """The rules in a tdmrep.json.

    Raises:
        RecordError: it is none.
    """
    try:
        listed = json.loads(body) if len(body) <= MAX_ROBOTS_BYTES else None
    except (ValueError, RecursionError) as error:
        raise RecordError(f"it is no JSON ({error})") from error
    if not isinstance(listed, list):
        raise RecordError(f"it is no list of at most {MAX_ROBOTS_BYTES} bytes")
    rules = (_rule(each) for each in listed[:MAX_RULES] if isinstance(each, dict))
    return Reservations(tuple(rule for rule in rules if rule))


def _rule(told: Mapping[str, Any]) -> tuple[Robots, tuple[Rights, ...]] | None:
    location, reservation, policy = (told.get(key) for key in ("location", _RESERVATION, _POLICY))
    if not isinstance(location, str) or len(location.splitlines()) != 1 or str(reservation) not in ("0", "1"):
        return None
    given = {_RESERVATION: str(reservation), _POLICY: policy if isinstance(policy, str) else ""}
    signals = tuple(Rights(signal=name, value=value, origin=ORIGIN) for name, value in given.items() if value)
    return parse_robots(f"user-agent: *\ndisallow: {location}".encode(), 200), signals
