"""``tearsheet clean``: a page and a plain text become their article, in each format, with all that was cut."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from tests.pages.golden import FOLDER
from tests.unit.clean.dump import DUMP
from typer.testing import CliRunner, Result

from tearsheet.clean.plain import read_plain
from tearsheet.cli.clean import clean
from tearsheet.cli.markdown import markdown
from tearsheet.documents.loose import Form, form_of, read_loose
from tearsheet.errors import ConfigError, RecordError
from tearsheet.model import Block

BLURB = FOLDER / "en-subscription-blurb" / "page.html"
app = typer.Typer()
app.command()(clean)


def call(*arguments: str, stdin: bytes | str | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments], input=stdin, catch_exceptions=True)


def told(*arguments: str, stdin: bytes | str | None = None) -> dict[str, Any]:
    """What is printed for machines."""
    result = call(*arguments, "--format", "json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.fixture(scope="module")
def seed() -> Path:
    """The one real dump there is."""
    pages = os.environ.get("PAGES_DIR")
    if not pages:
        pytest.skip("PAGES_DIR is not set: the seed stands beside it")
    found = sorted((Path(pages).parent / "seed").glob("*.txt"))
    return found[0] if found else pytest.skip(f"no seed beside {pages}")


def test_the_seed_gives_its_article(seed: Path) -> None:
    article = told(str(seed))
    cut = [block["text"] for block in article["removed"]]
    offer = cut.index("Subscribe to the New American")
    assert cut[-1] == "Subscribe"
    assert {block["reason"] for block in article["removed"][offer:]} == {"subscription"}
    assert all(block["rule"] for block in article["removed"])
    assert article["text"].endswith("coup attempt as Tokayev and Putin claim?")
    assert (article["authors"], article["published_at"][:10], article["language"]) == (
        ["Luis Miguel"],
        "2022-01-10",
        "en",
    )
    assert "Vladimir Putin (AP Images)" in cut
    assert "would prevent “color revolutions” from overtaking its ally nations." in article["text"]
    assert not any(mark in article["text"] for mark in ("](#)", "*Financial"))
    assert article["text"].count("“") == seed.read_text("utf-8").count("“") - 1, "a quotation was cut"


def test_a_dump_of_that_structure_gives_its_article_from_standard_input() -> None:
    article = told("-", stdin=DUMP)
    reasons = {block["text"]: block["reason"] for block in article["removed"]}
    assert reasons["Subscribe to the Aldmoor Ledger"] == reasons["Cancel anytime."] == "subscription"
    assert reasons["Ada Quill (AP Images)"] == "caption"
    assert (article["authors"], article["published_raw"]) == (["Ines Holloway"], "January 10, 2022")
    assert article["published_has_time"] is False
    assert article["text"].endswith("Was it, in fact, a “regatta”?")
    assert "from overtaking the neighbouring ports." in article["text"]
    assert (article["url"], article["outcome"]) == (None, "article")


def test_a_page_gives_what_its_night_gave() -> None:
    article = told(str(BLURB), "--url", "https://ridgewaypatriot.example/harbour-fuel-protest-velmora/")
    right = json.loads((BLURB.parent / "expected.json").read_bytes())
    assert article["text"].split("\n") == right["text"]
    assert [article[field] for field in ("title", "authors", "outcome")] == [
        right[field] for field in ("title", "authors", "outcome")
    ]
    own = [{"reason": cut["reason"], "text": cut["text"]} for cut in article["removed"] if cut["rule"] != "trafilatura"]
    assert own == right["removed"]


def test_the_address_is_the_one_that_the_page_calls_its_own() -> None:
    page = BLURB.read_text("utf-8")
    named = page.replace("<title>", '<link rel="canonical" href="https://ridgeway.example/a"><title>')
    relative = page.replace("<title>", '<link rel="canonical" href="/a"><title>')
    assert told("-", stdin=named)["url"] == "https://ridgeway.example/a"
    assert told("-", stdin=relative)["url"] is told("-", stdin=relative)["canonical_url"] is None
    assert told("-", "--url", "https://other.example/b", stdin=named)["url"] == "https://other.example/b"


def test_elsewhere_than_on_a_terminal_text_is_the_article_alone() -> None:
    lines = call("-", stdin=DUMP).stdout.splitlines()
    assert lines[0].startswith("Aldmoor, Brackwater Claim")
    assert lines[1].startswith("The mayor of Aldmoor claimed")
    assert lines[-1].endswith("“regatta”?")


def test_on_a_terminal_cuts_stand_where_they_were_with_their_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "is_terminal", property(lambda console: True))
    coloured = call("-", stdin=DUMP).stdout
    shown = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert shown != coloured
    assert shown.index("caption [credit line]") < shown.index("Written by") < shown.index("subscription [")
    assert "nowhere" not in shown


def test_markdown_has_headline_byline_and_kinds() -> None:
    dump = DUMP.replace("He also", "## Further *down*\n\n- a point\n\n> a saying\n\nHe also")
    written = call("-", "--format", "markdown", stdin=dump).stdout
    assert written.startswith("# Aldmoor, Brackwater Claim")
    assert "\n\nInes Holloway · 2022-01-10\n\n" in written
    assert "\n\n## Further down\n\n- a point\n\n> a saying\n\n" in written
    assert "\\[The mayor\\] claimed" in written


def test_what_is_no_article_is_told() -> None:
    result = call(str(FOLDER / "en-error-page" / "page.html"))
    assert isinstance(result.exception, RecordError)
    assert "drop." in str(result.exception)
    assert told(str(FOLDER / "en-error-page" / "page.html"))["outcome"].startswith("drop.")
    assert told("-", stdin="")["outcome"] == "drop.empty"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    error = call(str(tmp_path / "none.html")).exception
    assert isinstance(error, ConfigError)
    assert str(error).startswith(f"{tmp_path}/none.html cannot be read: No such file")


def test_language_and_form_are_as_they_are_given() -> None:
    assert told("-", "--language", "de", stdin=DUMP)["language"] == "de"
    lines = told("-", "--as", "text", stdin="<p>One line of text.</p>\n\nAnother line.")["text"].split("\n")
    assert lines == ["<p>One line of text.</p>", "Another line."]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"\xef\xbb\xbf<!DOCTYPE html><p>x", Form.HTML),
        (b"\n<?xml version='1.0'?><html>", Form.HTML),
        (b"<div class=a>x", Form.HTML),
        (b"Some words first <br> <html lang=en><body>x", Form.HTML),
        (b"x < 3 and y > 4", Form.TEXT),
        (b"<3 is a heart", Form.TEXT),
        (b"# Heading\n\nA text with a <br> in it, and <https://a.example/>.", Form.TEXT),
        (b"", Form.TEXT),
    ],
)
def test_a_file_is_told_by_its_content(body: bytes, form: Form) -> None:
    assert form_of(body) is form


def test_a_text_in_another_encoding_is_read() -> None:
    text = "Гавань закрыта до весны\n\n" + "Совет порта заседал девять часов и решил углубить гавань весной. " * 6
    assert read_loose(text.encode("cp1251")).document.language == "ru"


@given(st.lists(st.text(alphabet="ab 1.)(#-+=>_*[]<>\\`~|!", min_size=1, max_size=30), min_size=1, max_size=4))
def test_markdown_keeps_every_word(lines: list[str]) -> None:
    blocks = [Block(kind="paragraph", text=text) for line in lines if (text := " ".join(line.split()))]
    document = read_loose(b"").document
    if any(block.text for block in blocks):
        again = read_plain(markdown(document, blocks)).blocks
        assert [block.text for block in again] == [block.text for block in blocks]


RULED = """\
sources:
  - {id: patriot, name: P, homepage: "https://patriot.example/", country: US, language: en, rules: [
      {cut: [blockquote], keep: [.subscribe-block h3], until: 2999-12-31}, {cut: [p], until: 2020-01-01}]}
"""


def test_the_rules_of_a_source_hold_for_its_page(tmp_path: Path) -> None:
    (tmp_path / "collections").mkdir()
    (tmp_path / "collections" / "press.yaml").write_text(RULED, "utf-8")
    plain = told(str(BLURB))
    ruled = told(str(BLURB), "--source", "patriot", "--config", str(tmp_path))
    (cut,) = (block for block in ruled["removed"] if block["reason"] == "rule")
    assert cut["rule"] == "source:blockquote"
    assert cut["text"] in plain["text"].split("\n")
    assert ruled["text"].endswith("Subscribe to the Ridgeway Patriot")
    assert (plain["rules"], len(ruled["rules"])) == (None, 20)
    error = call(str(BLURB), "--source", "patriat", "--config", str(tmp_path)).exception
    assert isinstance(error, ConfigError)
    assert str(error) == "no source is called 'patriat'; known are: patriot"
