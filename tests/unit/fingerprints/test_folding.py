"""Folding: what counts as the same, and the way back to the stored text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet.folding import folded, words

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
TROUBLE = st.lists(
    st.sampled_from(list("aßﬁéÉ ёй½™漢カｶﾞ\u0301\u0308\u00ad\u200d\ufe0f\ufeffЖиеіكـُשָ\u0e31กİǅ𝔘\n_-")), max_size=40
).map("".join)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("Wałęsa", "walesa"),
        ("Ørsted", "orsted"),
        ("İSTANBUL ışık", "istanbul isik"),
        ("ΟΔΌΣ", "οδος"),
        ("Ёлка", "елка"),
        ("е\u0308лка", "ёлка"),
        ("и\u0306од", "йод"),
        ("за\u0301мок", "замок"),
        ("كـازاخستانُ", "كازاخستان"),
        ("أإآیک", "ااايك"),
        ("שָׁלוֹם", "שלום"),
        ("ＡＢＣ１２", "abc12"),
        ("ﬁnance", "finance"),
        ("Präsi\u00addent", "prasident"),
        ("CO₂", "co2"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert folded(one).text == folded(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [("йод", "иод"), ("київ", "киів"), ("қазақ", "казак"), ("が", "か"), ("हिन्दी", "हन्दी"), ("ไม่", "ไม")],
)
def test_not_the_same(one: str, other: str) -> None:
    assert folded(one).text != folded(other).text


def test_symbols_do_not_join_words() -> None:
    assert words(folded("Brand™ №5 ☎️ a_b L’Europe").text) == ["brand", "5", "a", "b", "l", "europe"]


def test_scripts_without_spaces_are_words_by_character() -> None:
    assert words(folded("5G网络 รัส Москва").text) == ["5g", "网", "络", "ร", "ั", "ส", "москва"]


@given(ANY_TEXT | TROUBLE)
def test_offsets_lead_back(text: str) -> None:
    result = folded(text)
    assert len(result.offsets) == len(result.text) + 1
    assert result.offsets[-1] == len(text)
    assert list(result.offsets) == sorted(result.offsets)
    for start in range(len(result.text)):
        offset, length = result.span(start, start + 1)
        assert length > 0
        assert result.text[start] in folded(text[offset : offset + length]).text


@given(ANY_TEXT | TROUBLE, st.data())
def test_any_span_folds_to_itself(text: str, data: st.DataObject) -> None:
    result = folded(text)
    start = data.draw(st.integers(0, len(result.text)))
    end = data.draw(st.integers(start, len(result.text)))
    if start < end:
        offset, length = result.span(start, end)
        assert result.text[start:end] in folded(text[offset : offset + length]).text


@given(ANY_TEXT | TROUBLE)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(text).text
    assert folded(once).text == once


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_takes_no_other_way(text: str) -> None:
    assert folded(text).text == folded(text + "é").text[:-1]
