"""What a hostile web sends, made when it is asked for."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain, count, repeat
from typing import Any

import pyarrow
from tests.hostile.server import Answer, Pieces

_WORDS = "council river bridge market harvest school railway budget winter museum garden doctor engine border letter"
_MARKUP = "<!doctype html><html><head><title>{}</title></head><body><p>{}</p></body></html>"
SOFT_404 = _MARKUP.format("Page not found", "Sorry, the page you are looking for could not be found.")
LOGIN = _MARKUP.format("Log in", "Log in</p><form><input type=password name=p></form><p>Please log in to continue.")
CONSENT = _MARKUP.format(
    "Before you continue", "We value your privacy. Accept all cookies to continue. Manage options."
)
CHALLENGE = _MARKUP.format("Just a moment...", "Checking your browser before accessing the site. Enable JavaScript.")


def article(name: str) -> str:
    """An article unlike any other."""
    rng, words = random.Random(name), _WORDS.split()
    paragraphs = "".join(f"<p>The {' '.join(rng.choices(words, k=40))}.</p>" for _ in range(5))
    title = " ".join(rng.choices(words, k=7)).capitalize()
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-01-12T06:00:00Z"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


_numbers = count()


def ARTICLE() -> str:  # noqa: N802 - it stands where a constant would
    """The next article."""
    return article(f"article {next(_numbers)}")


def once(body: Callable[[], str], **values: Any) -> Answer:
    """An answer that is the same at each fetch."""
    return text(body(), **values)


def text(body: str, **values: Any) -> Answer:
    """A body that is known; its length is not told, since addresses in it are filled in later."""
    sent = body.encode("utf-8", "surrogatepass")
    return Answer(lambda: (sent,), **values)


def feed(*urls: str, **values: Any) -> Answer:
    """A feed that names these."""
    items = "".join(f"<item><title>Story</title><link>{url}</link></item>" for url in urls)
    return text(
        f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>', kind="application/rss+xml", **values
    )


def repeated(piece: bytes, times: int) -> Pieces:
    """A piece some times."""
    return lambda: repeat(piece, times)


def endless(piece: bytes, first: bytes = b"") -> Pieces:
    """A piece for ever."""
    return lambda: chain([first], repeat(piece))


def filled(piece: bytes, times: int) -> Answer:
    """An article with a long paragraph in its midst."""
    start, end = article("filled").encode().split(b"</p>", 1)
    return Answer(lambda: (start, b"</p><p>", piece * times, b"</p>", end))


def coded(coding: str, body: Callable[[], bytes]) -> Answer:
    """A body with a Content-Encoding."""
    return Answer(lambda: (body(),), headers=(("Content-Encoding", coding),))


def changing() -> Iterable[bytes]:
    """Another article each time."""
    return (ARTICLE().encode(),)


def gzipped(body: str) -> bytes:
    return gzip.compress(body.encode(), mtime=0)


@cache
def gzip_bomb() -> bytes:
    """2 GB in 2 MB: one member of 20 MB, a hundred times."""
    return gzip.compress(bytes(20_000_000), 6, mtime=0) * 100


@cache
def nested_bomb() -> bytes:
    return gzip.compress(gzip_bomb(), 6, mtime=0)


@cache
def compressed(codec: str) -> bytes:
    """100 MB in little."""
    return pyarrow.compress(bytes(100_000_000), codec=codec, asbytes=True)


def prepare() -> None:
    """Make the bombs beforehand, so that nobody waits for them."""
    nested_bomb()
    for codec in ("brotli", "zstd"):
        compressed(codec)


def entity_bomb(body: str) -> str:
    """A billion laughs."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a0 "ha">{lines}]>{body.replace("<p>", "<p>&a9;", 1)}'


def external_entity(body: str) -> str:
    """A file of this machine."""
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>{body}'


def streamed(start: str, item: Callable[[int], str], times: int, end: str, **values: Any) -> Answer:
    """Items that are made while they are sent, five thousand at a time."""

    def pieces() -> Iterator[bytes]:
        yield start.encode()
        for first in range(0, times, 5000):
            yield "".join(map(item, range(first, min(first + 5000, times)))).encode()
        yield end.encode()

    return Answer(pieces, **values)


def changing_index() -> Answer:
    """An index that names two more, for ever; all else is an article."""
    numbers = count()

    def pieces() -> Iterator[bytes]:
        names = "".join(f"<sitemap><loc>{{}}/deeper-{next(numbers)}.xml</loc></sitemap>" for _ in range(2))
        yield f"<sitemapindex>{names}</sitemapindex>".encode()

    return Answer(pieces)


def calendar() -> Iterable[bytes]:
    """A page that names the next days, and each of them the next."""
    day = next(_numbers)
    links = "".join(f'<li><a href="/calendar/day/{day + n}">Day {day + n}</a></li>' for n in range(1, 20))
    return (f"<html><head><title>Day {day}</title></head><body><nav><ul>{links}</ul></nav></body></html>".encode(),)
