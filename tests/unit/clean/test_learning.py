"""What is learned of a source: from different articles, in any order, night by night, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.clean.copies import groups
from tearsheet.clean.learning import MAX_COUNTED, WINDOW, Counts, NightCounts, Sighting, Tally, learned, taught
from tearsheet.fingerprints import block_hash
from tearsheet.model import NOTHING_LEARNED, Learned

NIGHT = "2026-02-10"
BLURB = "The Aldmoor Ledger is printed on Thursdays in the old rope works"
SENTENCES = (
    "This is one of our letters from the coast, in which a reporter walks from harbour to harbour and writes down "
    "what she is told there."
)
LAW = (
    "No vessel of more than eighty feet may enter the inner basin between dusk and dawn, nor may it be unloaded there, "
    "without the leave of the harbour master, which he gives in writing."
)
THINGS = ("cranes", "pilots", "gulls", "ropes", "dredgers", "lamps", "herrings", "sails", "tides", "wardens")


def story(number: int) -> tuple[str, ...]:
    """An article's own paragraphs."""
    one, other = THINGS[number % 10], THINGS[number // 10 % 10]
    return tuple(
        f"The {verb} of the {one} and the {other}, as {THINGS[at]} were {verb} before them, took all of a {day}."
        for at, (verb, day) in enumerate((("counting", "Monday"), ("selling", "Tuesday"), ("painting", "Friday")))
    )


def article(number: int, *more: str, beside: tuple[str, ...] = (), title: str | None = None) -> Sighting:
    return Sighting(id=f"{number:020x}", title=title, kept=(*story(number), *more), beside=beside)


def after(*articles: Sighting, night: str = NIGHT) -> Learned:
    return learned(taught(Counts(), night, articles))


@pytest.mark.parametrize(("of", "having", "is_learned"), [(3, 3, False), (8, 1, False), (8, 2, True), (60, 4, False)])
def test_a_block_is_learned_where_enough_different_articles_have_it(of: int, having: int, is_learned: bool) -> None:
    found = after(*(article(n, *([BLURB] if n < having else [])) for n in range(of)))
    assert (block_hash(BLURB) in found.repeated) == is_learned
    assert set(found.repeated) <= {block_hash(BLURB)}


def test_its_share_of_the_articles_is_told() -> None:
    assert after(*(article(n, *([BLURB] if n < 6 else [])) for n in range(10))).repeated == {block_hash(BLURB): 0.6}


@pytest.mark.parametrize(("having", "is_learned"), [(2, False), (3, True)])
def test_sentences_must_stand_on_more_articles_than_lines(having: int, is_learned: bool) -> None:
    found = after(*(article(n, *([SENTENCES] if n < having else [])) for n in range(12)))
    assert (block_hash(SENTENCES) in found.repeated) == is_learned


def test_a_law_that_five_of_a_hundred_articles_quote_is_theirs() -> None:
    assert not after(*(article(n, *([LAW] if n % 20 == 0 else [])) for n in range(100))).repeated


def test_what_was_left_out_elsewhere_counts_and_is_told_apart() -> None:
    found = after(article(0, BLURB), *(article(n, beside=(BLURB,)) for n in range(1, 6)))
    assert found.repeated == {block_hash(BLURB): 1.0}
    assert found.unsure == {block_hash(BLURB)}
    assert after(*(article(n, BLURB) for n in range(5))).unsure
    assert not after(*(article(n, BLURB) for n in range(6))).unsure


def test_an_article_in_several_wordings_counts_once() -> None:
    wordings = [Sighting(id=f"w{n}", kept=(*story(7), f"By {THINGS[n]} it was known.")) for n in range(3)]
    found = after(*wordings, *(article(n) for n in range(10, 16)))
    assert not found.repeated


def test_an_article_at_many_addresses_counts_once() -> None:
    copies = [replace(article(7), id=f"copy{n}") for n in range(9)]
    assert not after(*copies, *(article(n) for n in range(10, 16))).repeated


def test_short_articles_under_long_furniture_are_different() -> None:
    furniture = (f"{BLURB}, as it has been", SENTENCES, LAW)
    found = after(*(Sighting(id=str(n), kept=(story(n)[0], *furniture)) for n in range(9)))
    assert set(found.repeated) == set(map(block_hash, furniture))


def test_nights_add_up_and_are_forgotten() -> None:
    counts = Counts()
    for n in range(4):
        counts = taught(counts, f"2026-02-{n + 10}", [article(n, BLURB), article(n + 20)])
    assert learned(counts).repeated == {block_hash(BLURB): 0.5}
    assert learned(counts.before("2026-02-11")) == NOTHING_LEARNED
    later = taught(counts, "2026-03-30", [article(n + 40) for n in range(9)])
    assert not learned(later).repeated
    assert list(later.nights) == ["2026-03-30"]


def test_a_night_that_is_learned_again_replaces_what_it_had_taught() -> None:
    pages = [article(n, BLURB) for n in range(5)]
    once = taught(Counts(), NIGHT, pages)
    assert taught(once, NIGHT, pages) == once
    assert taught(once, NIGHT, [article(n) for n in range(5)]) == taught(
        Counts(), NIGHT, [article(n) for n in range(5)]
    )


def test_a_source_never_grows_without_bound() -> None:
    counts = Counts()
    for n in range(4):
        blocks = {f"{n}-{at:015x}": Tally(1, 1, False) for at in range(3000)} | {"often": Tally(2, 2, False)}
        night = NightCounts(articles=50, length=1000, blocks=blocks)
        counts = replace(counts, nights={**counts.nights, f"2026-02-0{n + 1}": night})
    bounded = taught(counts, NIGHT, [article(1)])
    known = {key for night in bounded.nights.values() for key in night.blocks}
    assert len(known) == MAX_COUNTED
    assert "often" in known
    assert {block_hash(text) for text in story(1)} <= known
    assert len(bounded.nights) <= WINDOW


def test_what_most_titles_end_with_is_learned_and_stays_known_once_it_is_taken_off() -> None:
    titled = [article(n, title=f"Of {THINGS[n]} and men | The Ledger") for n in range(6)]
    counts = taught(Counts(), NIGHT, titled)
    assert learned(counts).suffixes == (" | The Ledger",)
    bare = taught(counts, "2026-02-11", [replace(page, title=page.title and page.title[:-13]) for page in titled])
    assert learned(bare).suffixes == (" | The Ledger",)
    assert learned(bare.before(NIGHT)).suffixes == ()


def test_the_usual_length_is_of_the_middle_article() -> None:
    pages = [
        Sighting(id=str(n), kept=("abcde"[n] * length,)) for n, length in enumerate((10, 1200, 1300, 1400, 90_000))
    ]
    assert after(*pages).usual_length == 1500


PAGES = st.lists(
    st.builds(
        Sighting,
        id=st.uuids().map(str),
        title=st.none() | st.sampled_from(("One | Ledger", "Two | Ledger", "Three | Ledger", "Four")),
        kept=st.lists(st.sampled_from([*story(1), *story(2), *story(3), BLURB, LAW]), max_size=6).map(tuple),
        beside=st.lists(st.sampled_from([*story(1), *story(2), BLURB, SENTENCES]), max_size=3).map(tuple),
    ),
    max_size=10,
    unique_by=lambda page: page.id,
)


@settings(max_examples=150, deadline=None)
@given(PAGES, st.randoms())
def test_the_order_of_pages_tells_nothing(pages: list[Sighting], random: object) -> None:
    shuffled = list(pages)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert taught(Counts(), NIGHT, shuffled) == taught(Counts(), NIGHT, pages)


@settings(max_examples=150, deadline=None)
@given(PAGES.filter(bool), st.integers(0, 9))
def test_one_more_copy_of_an_article_tells_nothing(pages: list[Sighting], which: int) -> None:
    copy = replace(pages[which % len(pages)], id="copy", title=None)
    known, more = (taught(Counts(), NIGHT, some).nights[NIGHT] for some in (pages, [*pages, copy]))
    assert (more.articles, more.blocks) == (known.articles, known.blocks)


@settings(max_examples=150, deadline=None)
@given(PAGES)
def test_each_article_is_in_one_group(pages: list[Sighting]) -> None:
    found = groups([{block_hash(text): len(text) for text in page.kept} for page in pages])
    assert sorted(place for group in found for place in group) == list(range(len(pages)))
