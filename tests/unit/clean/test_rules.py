"""The rule files: which there are, and that each can be read and matches nothing by accident."""

from __future__ import annotations

import pytest

from tearsheet.clean.rules import SECTIONS, fold, languages, load, rules_for

AT_LEAST = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "el", "zh", "ar", "tr"}
AT_LEAST |= {"sv", "fi", "cs", "ja", "id", "hu", "ro", "ko", "hi", "fa", "he", "bg", "vi", "no", "da"}
HARMLESS = ("", "The council met on Tuesday.", "42", "…", "Море", "海")


def test_the_languages_of_the_press_have_rules() -> None:
    assert set(languages()) >= AT_LEAST | {"any"}


@pytest.mark.parametrize("language", languages())
def test_a_file_says_only_what_is_read(language: str) -> None:
    sections = load(language)
    assert set(sections) <= set(SECTIONS)
    assert all(isinstance(lines, str) and lines.strip() for reasons in sections.values() for lines in reasons.values())


@pytest.mark.parametrize("language", languages())
def test_patterns_are_written_as_lines_are_folded(language: str) -> None:
    """A capital letter or a typographic apostrophe in a plain phrase could never match."""
    phrases = [line for lines in load(language).get("asks", {}).values() for line in lines.splitlines()]
    assert [phrase for phrase in phrases if phrase != fold(phrase) or phrase != phrase.strip()] == []


@pytest.mark.parametrize("language", languages())
def test_no_rule_matches_everything(language: str) -> None:
    rules = rules_for(language)
    for line in map(fold, HARMLESS):
        assert rules.label(line) is None
        assert rules.credit(line) is None
        for section in ("leads", "calls", "offers"):
            assert rules.starts(section, line) is None, section


@pytest.mark.parametrize("language", languages())
def test_groups_are_reasons_and_nothing_else(language: str) -> None:
    for section, pattern in rules_for(language).patterns.items():
        assert pattern.groups == len(pattern.groupindex), f"{section}: a group that captures hides the reason"


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        ("Read MORE – it’s\N{NO-BREAK SPACE}here‑now — ‘so’", "read more - it's here-now - 'so'"),
        ("İSTANBUL", "istanbul"),
        ("Plain", "plain"),
    ],
)
def test_a_line_is_folded_as_patterns_are_written(line: str, folded: str) -> None:
    assert fold(line) == folded
