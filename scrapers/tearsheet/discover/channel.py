"""What one channel (a feed, a sitemap, a page) says: the pages it names, and the channels it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from tearsheet import urls
from tearsheet.errors import RecordError
from tearsheet.model import ChannelKind, Mention

_ABSOLUTE = re.compile(r"https?://[^/]", re.IGNORECASE)
_FRONT_PAGE = re.compile(r"https?://[^/?#]+[/?]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """One channel, read.

    ``entries``: absolute http(s) URLs of pages, each once and as written but for user info, in the channel's order,
    with what it says of them. ``channels``: absolute URLs of further channels, each once, with what they are taken for.
    ``truncated``: it names more than is read.
    """

    entries: tuple[tuple[str, Mention], ...] = ()
    channels: tuple[tuple[str, ChannelKind], ...] = ()
    truncated: bool = False


def absolute(base: str, reference: str) -> str | None:
    """A reference resolved against ``base``, without fragment and user info; None: it gives no http(s) URL."""
    reference = reference.strip().partition("#")[0]
    try:
        url = reference if _ABSOLUTE.match(reference) else urljoin(base, reference) if reference else ""
        urls.host(url)
    except (ValueError, RecordError):
        return None
    return urls.anonymous(url)


def page_url(base: str, reference: str) -> str | None:
    """As ``absolute``, and None for a front page too: it is a channel and never an article."""
    url = absolute(base, reference)
    return None if url is None or _FRONT_PAGE.fullmatch(url) else url
