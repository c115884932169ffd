"""robots.txt by its status and its bytes (RFC 9309); the patterns are matched by protego.

=====================  ==============================================================================
2xx                    its rules; a page of HTML in its place has none
3xx, 4xx               all is allowed (section 2.3.1.2, 2.3.1.3: too many redirects, unavailable) …
429                    … but not here: who asks for fewer requests has not said yes to more
5xx, no answer         nothing is allowed (section 2.3.1.4: unreachable)
=====================  ==============================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

from tearsheet.urls import anonymous

MAX_ROBOTS_BYTES = 500 * 1024
"""RFC 9309, section 2.5: at least this much must be read."""


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
        return self.rules.can_fetch(url, _product(agent))

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the host asks for, if it does."""
        return self.rules.crawl_delay(_product(agent)) if self.rules else None


def parse_robots(body: bytes | None, status: int | None) -> Robots:
    """The rules in a robots.txt answered with ``status``; no status: no answer."""
    if status is None or status == 429 or not 200 <= status < 500:
        return Robots(closed=True)
    text = _text(body or b"") if status < 300 else ""
    if not text or text.lstrip().startswith("<"):
        return Robots()
    rules = Protego.parse(text)
    named = (url for url in rules.sitemaps if re.match(r"https?://[^/\s]", url, re.IGNORECASE))
    return Robots(sitemaps=tuple(dict.fromkeys(map(anonymous, named))), rules=rules)


def _text(body: bytes) -> str:
    """At most MAX_ROBOTS_BYTES, without the line that is cut: half a rule may allow or forbid more than the whole."""
    if len(body) > MAX_ROBOTS_BYTES:
        body = body[: body.rfind(b"\n", 0, MAX_ROBOTS_BYTES) + 1]
    return body.decode("utf-8-sig", errors="replace")


def _product(agent: str) -> str:
    """The product token, which alone is matched (section 2.2.1): a contact may contain the name of another robot."""
    return re.split(r"[\s/]", agent.strip(), maxsplit=1)[0]
