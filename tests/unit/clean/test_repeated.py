"""What a source's articles have in common is cut, and what only looks like it is spared."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.unit.clean.article import PARAGRAPHS, TITLE, body

from tearsheet.clean.cleaner import Cleaned, clean
from tearsheet.fingerprints import block_hash
from tearsheet.model import Block, Learned, Removed

BLURB = "The Aldmoor Ledger is owned by its readers, none of whom holds more than a hundredth of it."
LABEL = "Our paper"


def paragraphs(texts: Iterable[str]) -> list[Block]:
    return [Block(kind="paragraph", text=text) for text in texts]


def known(*texts: str, unsure: tuple[str, ...] = ()) -> Learned:
    hashes = {block_hash(text): 0.6 for text in (*texts, *unsure)}
    return Learned(repeated=hashes, unsure=frozenset(map(block_hash, unsure)))


def cleaned(texts: Iterable[str], learned: Learned, standfirst: str | None = None) -> Cleaned:
    return clean(paragraphs(texts), title=TITLE, standfirst=standfirst, language="en", learned=learned)


@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_block_that_is_known_is_cut_wherever_it_stands(at: int) -> None:
    texts = [*PARAGRAPHS[:at], BLURB, *PARAGRAPHS[at:]]
    found = cleaned(texts, known(BLURB))
    assert found.text.split("\n") == list(PARAGRAPHS)
    assert found.removed == (Removed(text=BLURB, reason="repeated", rule="learned", position=at, score=0.6),)
    assert cleaned(texts, Learned()).removed == ()


def test_the_days_date_does_not_make_it_another_block() -> None:
    found = cleaned([*PARAGRAPHS, "Page drawn up at 16:20 on 12.2.2026"], known("Page drawn up at 9:05 on 3.2.2026"))
    assert found.text.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("at", [0, 2])
def test_sentences_in_the_midst_of_which_little_is_known_are_the_articles(at: int) -> None:
    texts = [*PARAGRAPHS[:at], BLURB, *PARAGRAPHS[at:]]
    assert not cleaned(texts, known(unsure=(BLURB,))).removed
    assert cleaned([*PARAGRAPHS, BLURB], known(unsure=(BLURB,))).removed


def test_headline_and_standfirst_are_never_what_the_source_repeats() -> None:
    standfirst = "Eleven members voted for it and six against, after nine hours."
    found = cleaned([*PARAGRAPHS[:1], standfirst, *PARAGRAPHS[1:]], known(standfirst), standfirst)
    assert [cut.reason for cut in found.removed] == ["standfirst"]


def test_a_text_most_of_which_is_known_is_a_copy_and_no_furniture() -> None:
    assert not cleaned(PARAGRAPHS, known(*PARAGRAPHS[:3])).removed
    assert [cut.text for cut in cleaned(PARAGRAPHS, known(PARAGRAPHS[1])).removed] == [PARAGRAPHS[1]]


def test_a_label_goes_with_what_it_labels_or_at_the_end() -> None:
    learned = known(LABEL, BLURB)
    assert not cleaned([*PARAGRAPHS[:2], LABEL, *PARAGRAPHS[2:]], learned).removed
    assert len(cleaned([*PARAGRAPHS[:2], LABEL, BLURB, *PARAGRAPHS[2:]], learned).removed) == 2
    assert len(cleaned([*PARAGRAPHS, LABEL], learned).removed) == 1


def test_who_is_quoted_is_not_cut_for_being_quoted_often() -> None:
    motto = "“We print what they would rather not read, and we have done so for a hundred years,” said the editor."
    assert not cleaned([*PARAGRAPHS, motto], known(motto)).removed


def test_a_text_that_stands_on_the_page_twice_is_kept_once_however_it_is_cut_into_lines() -> None:
    words = " ".join(PARAGRAPHS).split()
    lines = [" ".join(words[at : at + 7]) for at in range(0, len(words), 7)]
    found = cleaned([*PARAGRAPHS, *lines], Learned())
    assert found.text.split("\n") == list(PARAGRAPHS)
    assert {(cut.reason, cut.rule) for cut in found.removed} == {("repeated", "second copy")}


def test_a_sentence_said_twice_is_not_a_second_copy() -> None:
    assert not cleaned([*PARAGRAPHS, PARAGRAPHS[1]], Learned()).removed


@pytest.mark.parametrize("kind", ["row", "code"])
def test_rows_and_code_may_repeat(kind: str) -> None:
    rows = [Block(kind=kind, text=text) for text in PARAGRAPHS]  # type: ignore[arg-type]
    assert not clean([*body(), *rows], title=TITLE, language="en").removed
