"""Invented news in six languages: the same articles for the same topic, night and number, on every machine.

Sentences are filled from ``vocabulary.yaml``, the common words more often than the rare ones; two articles share next
to no three words in a row unless one is a copy. Of a night's articles, by their number:

- the first 3 % are yesterday's pages changed: another headline, and a paragraph in front;
- the last 5 % are copies in the other outlet of the same language: half word for word, half under another headline and
  without their last paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import yaml

OUTLETS_EACH = 2
"""Outlets of a language that write on one topic."""
CHANGED, COPIED = 0.03, 0.05
_SHARES = {"en": 40, "de": 15, "es": 15, "ru": 15, "ar": 8, "zh": 7}
_COMMON = 12
"""The n-th word is met 1 / (n + this) as often: Zipf's law without its steep beginning, which a template repeats."""
_SENTENCES = (28, 38)
_PARAGRAPH = 4
_SLOT = re.compile(r"\{(\w)\}")


@dataclass(frozen=True, slots=True)
class Article:
    """One invented article; ``night`` and ``number`` are those of its page's address."""

    source: str
    language: str
    night: str
    number: int
    title: str
    paragraphs: tuple[str, ...]
    author: str
    published: datetime

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"https://{self.source}.example/{self.night.replace('-', '/')}/{self.number:04d}.html"

    @property
    def text(self) -> str:
        """Its clean text."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one kind, and how often each is met, summed up."""

    known: tuple[str, ...]
    often: tuple[float, ...]

    def draw(self, dice: Random, count: int) -> Iterator[str]:
        return iter(dice.choices(self.known, cum_weights=self.often, k=count))


@dataclass(frozen=True, slots=True)
class _Language:
    sentences: tuple[tuple[str, ...], ...]
    words: dict[str, _Words]
    topics: dict[str, list[str]]
    space: str
    stop: str


@cache
def vocabulary() -> dict[str, Any]:
    """What vocabulary.yaml holds."""
    return dict(yaml.safe_load(Path(__file__).with_name("vocabulary.yaml").read_text("utf-8")))


def topics() -> dict[str, dict[str, str]]:
    """Title and query of each topic."""
    return dict(vocabulary()["topics"])


def outlets(topic: str) -> list[dict[str, Any]]:
    """The sources that write on a topic, as a collection declares them."""
    place = list(topics()).index(topic) * OUTLETS_EACH
    return [
        {
            "id": source_id(code, topic, number),
            "name": name,
            "homepage": f"https://{source_id(code, topic, number)}.example/",
            "country": language["country"],
            "language": code,
            "expect": {"min_articles": 1},
        }
        for code, language in vocabulary()["languages"].items()
        for number, name in enumerate(language["outlets"].split(", ")[place : place + OUTLETS_EACH])
    ]


def source_id(language: str, topic: str, number: int) -> str:
    """The id of an outlet."""
    return f"{topic}-{language}-{number + 1}"


def article(topic: str, night: str, number: int, of: int, *, first: str) -> Article:
    """The ``number``-th of a night's ``of`` articles on a topic; ``first`` is the archive's first night."""
    if number < of * CHANGED and night > first:
        before = (date.fromisoformat(night) - timedelta(days=1)).isoformat()
        return _changed(topic, night, written(topic, before, number + of // 10))
    if number >= of * (1 - COPIED):
        return _copied(topic, night, number, written(topic, night, number - of // 2))
    return written(topic, night, number)


def written(topic: str, night: str, number: int, *, on_topic: bool = True) -> Article:
    """An article that is no copy; one that is not ``on_topic`` has none of the topic's words."""
    dice = Random(f"{topic}/{night}/{number}")
    code = dice.choices(list(_SHARES), list(_SHARES.values()))[0]
    language = _language(code)
    count = dice.randint(*_SENTENCES)
    sentences = _sentences(dice, language, count, language.topics[topic] if on_topic else ())
    paragraphs = tuple(language.space.join(sentences[at : at + _PARAGRAPH]) for at in range(0, count, _PARAGRAPH))
    return Article(
        source=source_id(code, topic, number % OUTLETS_EACH),
        language=code,
        night=night,
        number=number,
        title=sentences[0].rstrip(language.stop)[:90],
        paragraphs=paragraphs[1:],
        author=next(language.words["p"].draw(dice, 1)),
        published=_moment(dice, night),
    )


def _changed(topic: str, night: str, before: Article) -> Article:
    dice, language = Random(f"{topic}/{night}/{before.number}/changed"), _language(before.language)
    news = _sentences(dice, language, 1 + _PARAGRAPH, language.topics[topic])
    told = (language.space.join(news[1:]), *before.paragraphs)
    return replace(before, title=news[0].rstrip(language.stop)[:90], paragraphs=told)


def _copied(topic: str, night: str, number: int, original: Article) -> Article:
    other = source_id(original.language, topic, (original.number + 1) % OUTLETS_EACH)
    copy = replace(original, source=other, number=number, published=original.published + timedelta(minutes=30))
    if number % 2:
        return copy
    dice, language = Random(f"{topic}/{night}/{number}/copied"), _language(original.language)
    title = _sentences(dice, language, 1, language.topics[topic])[0].rstrip(language.stop)[:90]
    return replace(copy, title=title, paragraphs=original.paragraphs[:-1])


def _moment(dice: Random, night: str) -> datetime:
    """A minute of the day before a night, which is when its news appeared."""
    return datetime.fromisoformat(night).replace(tzinfo=UTC) - timedelta(minutes=dice.randrange(1440))


@cache
def _language(code: str) -> _Language:
    declared = vocabulary()["languages"][code]
    return _Language(
        sentences=tuple(tuple(_SLOT.split(sentence + declared["stop"])) for sentence in declared["sentences"]),
        words={
            "n": _words(declared["nouns"].split()),
            "a": _words(declared["adjectives"].split()),
            "v": _words(declared["verbs"].split()),
            "w": _words(declared["when"].split(", ")),
            "p": _words(declared["people"].split(", ")),
            "d": _words([str(number) for number in range(2, 400)]),
        },
        topics={topic: words.split() for topic, words in declared["topics"].items()},
        space=declared["space"],
        stop=declared["stop"],
    )


def _words(known: Sequence[str]) -> _Words:
    return _Words(tuple(known), tuple(accumulate(1 / (place + _COMMON) for place in range(len(known)))))


def _sentences(dice: Random, language: _Language, count: int, on: Sequence[str]) -> list[str]:
    """So many sentences; every seventh, the first among them, names a thing of ``on`` in place of its first noun."""
    drawn = {kind: words.draw(dice, 6 * count) for kind, words in language.words.items()}
    found = []
    for number, parts in enumerate(dice.choices(language.sentences, k=count)):
        filled = [part if at % 2 == 0 else next(drawn[part]) for at, part in enumerate(parts)]
        if on and number % 7 == 0:
            filled[parts.index("n")] = dice.choice(on)
        sentence = "".join(filled)
        found.append(sentence[0].upper() + sentence[1:])
    return found
