"""How dateparser and htmldate are asked.

dateparser by itself tries two hundred languages, one after the other: a second for the first date of a process, and
5 to 15 ms for each line that is none. Here it reads the page's language and English; for htmldate, which does not say
whose page it reads, those that most of the press has.

Where nothing on a page is said to be its date, htmldate in the end counts all numbers on it that could be one, at half
of its time. On recorded pages that day was right on 3 of 35, so it is not asked for it: no date is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import htmldate.core
import htmldate.extractors
from dateparser import DateDataParser
from dateparser.data.languages_info import language_order

STRICT: dict[str, Any] = {
    "PREFER_DATES_FROM": "past",
    "RETURN_AS_TIMEZONE_AWARE": False,
    "STRICT_PARSING": True,
}
AS_IN_HTMLDATE = STRICT | {
    "NORMALIZE": True,
    "PARSERS": ["custom-formats", "absolute-time"],
    "PREFER_LOCALE_DATE_ORDER": True,
}
OF_THE_PRESS = (
    *("en", "ru", "es", "de", "fr", "ja", "pt", "tr", "it", "fa", "nl", "zh", "pl", "vi", "id", "cs", "ko", "uk", "ar"),
    *("el", "he", "sv", "ro", "hu", "th", "da", "sk", "fi", "bg", "sr", "nb", "hr", "lt", "sl", "ca", "et", "lv", "hi"),
    *("bn", "ms", "fil", "ur", "az", "ka", "kk", "uz", "sq", "mk", "be", "hy", "sw", "ta", "te"),
)
"""Most used on the web first (W3Techs, content languages), then what else has daily papers."""


@cache
def parser(language: str) -> DateDataParser:
    """The parser of a page that declares a language, ISO 639; English alone where dateparser does not know it."""
    known = [name for name in (language, "en") if name in language_order]
    return _parser(list(dict.fromkeys(known)), STRICT | {"PARSERS": ["absolute-time"]})


@cache
def press_parser() -> DateDataParser:
    """The parser that htmldate asks, the same for every page, so that no page's date depends on another's."""
    return _parser(OF_THE_PRESS, AS_IN_HTMLDATE)


def install() -> None:
    """Let htmldate ask ``press_parser``, and guess at nothing."""
    htmldate.extractors.get_external_parser = press_parser
    htmldate.core.search_page = _no_guess  # type: ignore[assignment]  # it takes htmldate's own options


def _no_guess(_html: str, _options: object) -> None:
    """What stands for htmldate's search of the whole page."""


def _parser(languages: Sequence[str], settings: dict[str, Any]) -> DateDataParser:
    return DateDataParser(languages=list(languages), settings=settings)
