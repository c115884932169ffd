"""The language of a page as an ISO 639 code: what the text is written in, helped by what the page declares."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tearsheet.extract.linked_data import text
from tearsheet.extract.tree import Page

CODE = re.compile(r"^([a-z]{2,3})(?:[-_].*)?$", re.IGNORECASE)
SAMPLE = 800
"""Characters that are looked at."""
ENOUGH = 200
"""Characters from which on a certain guess overrules a declaration."""
SURE = 0.99


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language(page: Page, body: str) -> str | None:
    """The text's language: as declared unless a long text is certainly in another."""
    declared = next(filter(None, map(_code, _declarations(page))), None)
    sample = body[:SAMPLE]
    if len(sample) < ENOUGH and declared:
        return declared
    if not sample.strip():
        return declared
    guessed, probability = _identifier().classify(sample)
    return guessed if declared is None or float(probability) >= SURE else declared


def guess(text: str) -> str | None:
    """The language of a text of which nothing is declared; ``None`` of one that is blank."""
    code: str = _identifier().classify(text[:SAMPLE])[0] if text.strip() else ""
    return code or None


def locale(page: Page) -> str:
    """The language tag that the page declares, lower case (BCP 47); empty where it declares none."""
    said = next((value for value in _declarations(page) if value and CODE.match(value.strip())), "")
    return said.strip().lower().replace("_", "-")


def _declarations(page: Page) -> tuple[str | None, ...]:
    html = (
        page.root.get("lang")
        or page.root.get("{http://www.w3.org/XML/1998/namespace}lang")
        or page.root.get("xml:lang")
    )
    mention = next((mention.language for mention in page.mentions if mention.language), None)
    return (
        html,
        text(page.article.get("inLanguage")),
        page.first_meta("og:locale", "content-language", "language", "dc.language"),
        mention,
    )


def _code(value: str | None) -> str | None:
    match = CODE.match(value.strip()) if value else None
    return match[1].lower() if match else None
