"""robots.txt by its status and its bytes (RFC 9309); the paths are matched by protego.

=====================  ==============================================================================
2xx                    its rules; a page of HTML in its place has none
3xx, 4xx               all is allowed (section 2.3.1.2, 2.3.1.3: too many redirects, unavailable) …
429                    … but not here: who asks for fewer requests has not said yes to more
5xx, no answer         nothing is allowed (section 2.3.1.4: unreachable)
=====================  ==============================================================================

Lines and groups are read here, because protego reads them otherwise than the RFC does: it takes ``tear`` for a name
of ``tearsheet``, does not know a robot that is named with a version, lets any other record end a group (section
2.2.4 forbids it), breaks lines at more than CR and LF, and obeys words such as ``disalow`` and lines without a colon.
Of its own remains that ``Allow: /a/index.html`` allows ``/a/`` too, as Google reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from protego import Protego

from tearsheet.urls import anonymous

MAX_ROBOTS_BYTES = 500 * 1024
"""RFC 9309, section 2.5: at least this much must be read."""
_EOL = re.compile(r"\r\n?|\n")
_RECORD = re.compile(r"[ \t]*(user-agent|allow|disallow|crawl-delay|sitemap)[ \t]*:([^#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"\*(?=\s|$)|[a-z_-]*", re.IGNORECASE)
_BREAKS = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_EVERYBODY = "*"
_WHOLE = ";"
"""Stands behind each name, for protego matches names that only begin alike; no name has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a host allows. ``closed``: it gave no rules, so nothing may be asked until it does.

    ``sitemaps`` are the absolute http(s) URLs that it names, each once, in its order.
    """

    closed: bool = False
    sitemaps: tuple[str, ...] = ()
    rules: Protego | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether ``agent``, a User-Agent field's value, may ask ``url``."""
        if self.rules is None:
            return not self.closed
        return self.rules.can_fetch(url, _named(agent))

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the host asks for, if it does."""
        return self.rules.crawl_delay(_named(agent)) if self.rules else None


def parse_robots(body: bytes | None, status: int | None) -> Robots:
    """The rules in a robots.txt answered with ``status``; no status: no answer."""
    if status is None or status == 429 or not 200 <= status < 500:
        return Robots(closed=True)
    text = _text(body or b"") if status < 300 else ""
    if not text or text.lstrip().startswith("<"):
        return Robots()
    records = list(_records(text))
    named = (value for name, value in records if name == "sitemap")
    sitemaps = (url for url in named if re.match(r"https?://[^/\s]", url, re.IGNORECASE))
    return Robots(sitemaps=tuple(dict.fromkeys(map(anonymous, sitemaps))), rules=Protego.parse(_regrouped(records)))


def _text(body: bytes) -> str:
    """At most MAX_ROBOTS_BYTES, without the line that is cut: half a rule may allow or forbid more than the whole."""
    if len(body) > MAX_ROBOTS_BYTES:
        body = body[: body.rfind(b"\n", 0, MAX_ROBOTS_BYTES) + 1]
    return body.decode("utf-8-sig", errors="replace")


def _records(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each line that is a record; other lines are none, and end no group."""
    for line in _EOL.split(text):
        if found := _RECORD.match(line):
            yield found[1].lower(), found[2].strip()


def _regrouped(records: list[tuple[str, str]]) -> str:
    """The same rules in one group a robot (section 2.2.1); a Crawl-delay is of the robots named above it."""
    rules: dict[str, list[str]] = {}
    robots: list[str] = []
    is_open = False
    for name, value in records:
        if name == "user-agent":
            robots = [*(robots if is_open else ()), _named(value)]
            rules.setdefault(robots[-1], [])
            is_open = True
        elif name != "sitemap":
            is_open = is_open and name == "crawl-delay"
            for robot in robots:
                rules[robot].append(f"{name}: {_BREAKS.sub(lambda found: quote(found[0]), value)}")
    rules.pop(_WHOLE, None)
    return "\n".join(line for robot, lines in rules.items() for line in (f"user-agent: {robot}", *lines))


def _named(agent: str) -> str:
    """The product token, which alone is matched (section 2.2.1): a contact may contain the name of another robot."""
    found = _TOKEN.match(agent.strip())
    token = found[0].lower() if found else ""
    return _EVERYBODY if token == _EVERYBODY else f"{token}{_WHOLE}"
