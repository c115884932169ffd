"""What strangers wrote does nothing to a terminal: escape sequences, bells, overrides of direction, rich's markup."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from rich.table import Table
from rich.text import Text
from tests.unit.pull.conftest import CONFIGURATION, publish_articles

from tearsheet.cli import render
from tearsheet.cli.explain import article_panel
from tearsheet.cli.terminal import Console, as_json, visible
from tearsheet.config import public
from tearsheet.harvest import RunReport
from tearsheet.harvest.verdict import SourceVerdict, report_key
from tearsheet.model import Document, Removed
from tearsheet.spiders.job import ChannelReport
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow
from tearsheet.urls import document_id

HOSTILE = "[red]A\x1b]0;owned\x07\x1b[2J \x9b31m\u202eegap\u2066 [/nothing] [link=http://x.example]y"
ACTIVE = ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e", "\u2066")


def shown(*renderables: object) -> str:
    """As on a terminal of many colours."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=200)
    for renderable in renderables:
        console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined]


def assert_harmless(output: str) -> None:
    assert not [active for active in ACTIVE if active in output]
    assert "[red]A" in output, "markup is shown and not obeyed"
    assert "\\x1b" in output
    assert "\\u202e" in output


def a_report() -> RunReport:
    channel = ChannelReport(url=f"http://x.example/{HOSTILE}", kind="feed", status=200, named=1, error=HOSTILE)
    verdict = SourceVerdict(source="gazette", verdict="failed", reasons=(HOSTILE,), channels=(channel,))
    return RunReport(
        collection="press",
        night="2026-01-05",
        planned_at=datetime(2026, 1, 5, 2, tzinfo=UTC),
        config="c" * 64,
        candidates=1,
        outcomes={"article": 1},
        documents=1,
        table_version=1,
        fingerprint=1,
        unfinished=(),
        sources=(verdict,),
    )


def a_document(make_document: Callable[..., Document]) -> Document:
    cut = Removed(text=HOSTILE, reason="subscription", rule="en", position=1)
    return make_document(1, title=HOSTILE, text=HOSTILE, authors=(HOSTILE,), removed=(cut,), access_evidence=(HOSTILE,))


@given(st.text())
def test_nothing_visible_acts_on_a_terminal(text: str) -> None:
    told = visible(text)
    assert all(c in "\t\n" or not (ord(c) < 32 or 127 <= ord(c) < 160) for c in told)
    assert visible(told) == told
    told.encode()


@given(st.text())
def test_json_is_safe_to_show_and_says_the_same(text: str) -> None:
    line = as_json({"title": text})
    assert visible(line) == line
    assert json.loads(line) == {"title": text}


def test_colours_stay_and_columns_keep_their_width() -> None:
    table = Table("a", "b")
    table.add_row(Text(HOSTILE, style="red"), "x")
    output = shown(table)
    assert_harmless(output)
    assert "\x1b[31m" in output


def test_a_document_is_shown_as_it_is(make_document: Callable[..., Document]) -> None:
    assert_harmless(shown(article_panel(a_document(make_document))))


def test_a_run_report_is_shown_as_it_is() -> None:
    assert_harmless(shown(render.report_panel(a_report(), {})))


def test_a_dry_run_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    rows = [{"outcome": "article", "published_at": None, "title": HOSTILE, "words": 1, "access": "open", "removed": ()}]
    render.print_dry_run(a_report(), rows, frozenset())
    output = capsys.readouterr().out
    assert_harmless(output)
    assert output.count("[red]A") == 3, "the channel, its error and the title"


COMMAND = "import sys; from tearsheet.cli import main; sys.argv[1:] = {!r}; main()"


def on_a_terminal(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """What a command writes to a terminal, which stands at its standard output and standard error."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND.format([*arguments])],
        cwd=folder,
        env=os.environ | environment | {"COLUMNS": "200", "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        parts = []
        with suppress(OSError):  # Linux: EIO when the other end is closed
            while part := os.read(ours, 1 << 16):
                parts.append(part)
    os.close(ours)
    return b"".join(parts).decode()


@pytest.fixture
def workplace(store: Store, make_document: Callable[..., Document], tmp_path: Path) -> Path:
    """A store with a hostile article and run report, and the configuration that knows them."""
    body, name = public(CONFIGURATION)
    store.put(f"config/{name}.json", body)
    store.put("config/current.json", body)
    document = replace(a_document(make_document), document_id=document_id("https://gazette.example/1"))
    documents.publish(store, "press", document.night, to_arrow([document]))
    publish_articles(store, [(document, {})])
    store.put(report_key("press", document.night), TypeAdapter(RunReport).dump_json(a_report()))
    collections, topics = tmp_path / "config" / "collections", tmp_path / "config" / "topics"
    collections.mkdir(parents=True)
    topics.mkdir()
    (collections / "press.yaml").write_text(
        "sources: [{id: gazette, name: G, homepage: 'https://g.example/', country: GB, language: en}]"
    )
    (topics / "unrest.yaml").write_text("{title: '[red]U', query: riot, collections: [press]}")
    return tmp_path


@pytest.mark.parametrize("command", [["status"], ["explain", "https://gazette.example/1"]])
def test_commands_are_harmless_to_a_terminal(workplace: Path, store: Store, command: list[str]) -> None:
    assert_harmless(on_a_terminal(workplace, store.environment(), *command))


def test_errors_are_harmless_to_a_terminal(workplace: Path, store: Store) -> None:
    assert_harmless(on_a_terminal(workplace, store.environment(), "pull", HOSTILE, "--out", "x.csv"))


def test_a_pull_of_hostile_titles_is_harmless_to_a_terminal(workplace: Path, store: Store) -> None:
    output = on_a_terminal(workplace, store.environment(), "pull", "unrest", "--text", "--out", "unrest.csv")
    assert "1 article, latest versions; 1 night" in output
    assert not [active for active in ACTIVE if active in output.replace("\x1b[2K", "")]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_an_article_on_a_terminal_is_harmless_and_in_a_file_exact(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.txt").write_text("A headline of some length\n\nA line \u202egap\u202c of text, with more words.\n")
    command = ("clean", "a.txt", "--as", "text", "--format", form)
    output = on_a_terminal(tmp_path, {}, *command)
    assert "\u202e" not in output
    assert "\\u202e" in output
    piped = subprocess.run(
        [sys.executable, "-c", COMMAND.format([*command])], cwd=tmp_path, capture_output=True, check=True
    )
    assert "\u202e" in piped.stdout.decode()
