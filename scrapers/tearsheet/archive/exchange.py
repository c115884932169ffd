"""One request and its response, as the client saw them, and the HTTP messages that a WARC keeps of them.

The client has already undone the transfer coding, so the stored message must not claim it. As Common Crawl does, what
the server said and the stored bytes no longer bear out is kept under the prefix ``X-Crawl-``: ``Transfer-Encoding``, a
``Content-Length`` that counts other bytes, and a content coding that was undone; a true ``Content-Length`` takes their
place. Readers such as warcio, pywb, fastwarc and wacz then read the body without guessing. Everything else is
stored as it came, ``Set-Cookie`` included: it is evidence, and no secret, since cookies are never sent back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from string import punctuation
from urllib.parse import quote, urlsplit

from tearsheet.archive.coding import GZIP_MAGIC, decode
from tearsheet.archive.fields import Fields, combined, field, write_head
from tearsheet.errors import RecordError

HTTP_ENCODING = "iso-8859-1"
UNKNOWN_MEDIA_TYPE = "unk"
"""What CDX says for a response without a Content-Type."""

_SECRETS = frozenset({"authorization", "proxy-authorization", "cookie"})
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """``body`` is as received, still content-coded and without chunks; field values are ISO-8859-1 text.

    ``url`` is exactly what was asked, ``fetched_at`` when its answer began. ``reason`` may be empty. ``ip_address`` is
    the server's, None where a proxy hid it.
    """

    url: str
    method: str = "GET"
    request_headers: Fields
    status: int
    reason: str = ""
    http_version: str = "HTTP/1.1"
    response_headers: Fields
    body: bytes
    fetched_at: datetime
    ip_address: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A HTTP message in two parts; ``compressed``: the body would not get smaller."""

    head: bytes
    body: bytes
    compressed: bool


def request_message(exchange: Exchange) -> bytes:
    """The request with its Host, in ASCII as it was sent, and without anything that authenticates us."""
    split = urlsplit(quote(exchange.url, safe=punctuation))
    target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    sent = tuple(pair for pair in exchange.request_headers if pair[0].casefold() not in _SECRETS)
    if field(sent, "Host") is None:
        sent = (("Host", split.netloc.rpartition("@")[2]), *sent)
    return write_head(f"{exchange.method} {target} HTTP/1.1", sent, HTTP_ENCODING)


def response_message(exchange: Exchange) -> Message:
    """The response, consistent in itself."""
    headers, body = _without_brotli(exchange.response_headers, exchange.body)
    if exchange.method != "HEAD" and exchange.status not in _BODILESS:
        headers = _framed(headers, len(body))
    return Message(
        head=response_head(exchange.http_version, exchange.status, exchange.reason, headers),
        body=body,
        compressed=body.startswith(GZIP_MAGIC) or combined(headers, "Content-Encoding") not in ("", "identity"),
    )


def response_head(http_version: str, status: int, reason: str, headers: Fields) -> bytes:
    """Status line and fields."""
    return write_head(f"{http_version} {status} {reason}", headers, HTTP_ENCODING)


def media_type(headers: Fields) -> str:
    """Type and subtype of the Content-Type in lower case, without parameters; ``unk`` where it is not said."""
    stated = (field(headers, "Content-Type") or "").partition(";")[0].strip().lower()
    return stated if stated and " " not in stated else UNKNOWN_MEDIA_TYPE


def _framed(headers: Fields, length: int) -> Fields:
    true = str(length)
    kept = tuple((_kept_name(name, value, true), value) for name, value in headers)
    if kept == headers or field(kept, "Content-Length"):
        return kept
    return (*kept, ("Content-Length", true))


def _kept_name(name: str, value: str, length: str) -> str:
    stale = name.casefold() == "transfer-encoding" or (name.casefold() == "content-length" and value != length)
    return _renamed(name) if stale else name


def _renamed(name: str) -> str:
    return f"X-Crawl-{name}"


def _without_brotli(headers: Fields, body: bytes) -> tuple[Fields, bytes]:
    """Brotli undone: nobody asked for it, and some WARC tools stop at it. What is damaged stays as it came."""
    if combined(headers, "Content-Encoding").lower() != "br":
        return headers, body
    renamed = tuple(
        (_renamed(name) if name.casefold() == "content-encoding" else name, value) for name, value in headers
    )
    try:
        return renamed, decode(body, "br")
    except RecordError:
        return renamed, body
