from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tearsheet.clean import cleaner, judges, markup, repeated
from tearsheet.clean.rules import load
from tearsheet.model import Evidence, Removed
from tearsheet.web import passages
from tearsheet.web.passages import REASONS, Cuts, Kept, Piece, marked, reason_in_words, rule_in_words


def found(field: str, offset: int, length: int) -> Evidence:
    return Evidence(field=field, offset=offset, length=length, words="")


def cut(position: int, reason: str = "related", rule: str = "list of links", text: str = "More") -> Removed:
    return Removed(text=text, reason=reason, rule=rule, position=position)


def shape(shown: tuple[Kept | Cuts, ...]) -> list[str | list[str]]:
    return [
        "".join(piece.text for piece in block.pieces) if isinstance(block, Kept) else [cut.text for cut in block.blocks]
        for block in shown
    ]


def test_words_are_marked_by_code_points_in_the_field_they_stand_in() -> None:
    evidence = [found("title", 3, 2), found("text", 0, 2)]

    assert marked("🏛️ 暴動 <b>", evidence, "title") == (Piece("🏛️ "), Piece("暴動", marked=True), Piece(" <b>"))
    assert marked("plain", evidence, "standfirst") == (Piece("plain"),)


def test_matches_that_overlap_are_marked_once() -> None:
    evidence = [found("text", 4, 6), found("text", 0, 6), found("text", 2, 2)]

    assert marked("collective security", evidence, "text") == (
        Piece("collec", marked=True),
        Piece("tive", marked=True),
        Piece(" security"),
    )


def test_what_was_cut_stands_where_it_stood_on_the_page() -> None:
    removed = [cut(4, text="d"), cut(0, text="a"), cut(2, text="b"), cut(3, text="c"), cut(9, text="z")]

    shown = passages.passages("One.\nTwo.\nThree.", [], removed)

    assert shape(shown) == [["a"], "One.", ["b", "c", "d"], "Two.", "Three.", ["z"]]


def test_a_match_that_spans_two_paragraphs_is_marked_in_both() -> None:
    shown = passages.passages("the first\nsecond line", [found("text", 4, 12)], [])

    assert shown == (
        Kept((Piece("the "), Piece("first", marked=True))),
        Kept((Piece("second", marked=True), Piece(" line"))),
    )


def test_a_drop_shows_what_was_cut_alone() -> None:
    assert shape(passages.passages("", [], [cut(0), cut(1)])) == [["More", "More"]]


def test_cuts_are_summed_up_in_words() -> None:
    one = passages.passages("", [], [cut(0, "newsletter")])[0]
    many = passages.passages("", [], [cut(0, "share"), cut(1, "newsletter"), cut(2, "newsletter")])[0]

    assert isinstance(one, Cuts)
    assert isinstance(many, Cuts)
    assert one.told == "1 block cut: newsletter"
    assert many.told == "3 blocks cut: newsletter (2), sharing"


def test_every_reason_that_cleaning_gives_has_words() -> None:
    of_rules = {
        reason
        for language in ("any", "en", "de", "ru", "ar", "zh")
        for section in load(language).values()
        for reason in section
    }
    of_boxes = {*markup.NAMES.values(), *markup.ELEMENTS.values()}
    of_judges = {
        judges.HEADLINE,
        repeated.REPEATED,
        cleaner.DECLARED,
        "standfirst",
        "byline",
        "bio",
        "caption",
        "other",
    }

    assert of_rules | of_boxes | of_judges <= {*REASONS}
    assert passages.LEFT_OUT == cleaner.LEFT_OUT


def test_rules_are_told_in_words_and_unknown_ones_as_they_are() -> None:
    assert rule_in_words("learned", 0.25) == "stands on 25% of the source's articles"
    assert rule_in_words("source:.promo{}", 1.0) == "the source's rules name it: .promo{}"
    assert rule_in_words("markup:newsletter", 0.9) == "the page calls its box “newsletter”"
    assert rule_in_words("a rule of {tomorrow}", 1.0) == "a rule of {tomorrow}"
    assert reason_in_words("unheard-of") == "unheard-of"


@given(
    st.lists(st.text(st.characters(exclude_characters="\n"), min_size=1), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=8),
    st.sets(st.integers(0, 12), max_size=6),
)
def test_no_character_is_lost_or_doubled(lines: list[str], spans: list[tuple[int, int]], places: set[int]) -> None:
    text = "\n".join(lines)
    evidence = [found("text", *span) for span in spans]
    shown = passages.passages(text, evidence, [cut(place, text=str(place)) for place in places])

    kept = [block for block in shown if isinstance(block, Kept)]
    assert "\n".join("".join(piece.text for piece in block.pieces) for block in kept) == text
    assert [c.text for b in shown if isinstance(b, Cuts) for c in b.blocks] == [str(place) for place in sorted(places)]
    covered = {at for first, length in spans for at in range(first, first + length)}
    assert "".join(p.text for b in kept for p in b.pieces if p.marked) == "".join(
        c for at, c in enumerate(text) if at in covered and c != "\n"
    )
