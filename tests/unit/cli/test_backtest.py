"""``tearsheet backtest``: what another query gains, loses and keeps, and how precise people find it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Call

from tearsheet.config import public
from tearsheet.config.models import Collection, Configuration, Settings, Source, Topic
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow
from tearsheet.topic import update

TOPIC = Topic(id="ports", title="Ports", query="quay", languages=("en",), collections=("press",))
QUERY = "harbour OR (quay AND NOT quiz)"
TEXTS = {
    1: ("2026-01-05", "The quay was widened.", {}),
    2: ("2026-01-05", "A quiz at the quay.", {}),
    3: ("2026-01-06", "The old harbour was closed.", {"source": "kurier"}),
    4: ("2026-01-06", "Football.", {}),
    5: ("2026-02-01", "Ein harbour.", {"language": "de"}),
    6: ("2026-02-01", "A harbour of another collection.", {"collection": "wire"}),
    7: ("2026-02-01", "=HYPERLINK harbour", {"title": "=1+1"}),
}
"""Texts by number: kept, lost, gained, none, in another language, of another collection, gained."""


@pytest.fixture
def filled(store: Store, make_document: Callable[..., Document]) -> Store:
    """Seven articles over three nights and two collections; number 1 spoke of no quay when it was captured first."""
    source = Source(id="gazette", name="G", homepage="https://g.example/", country="GB", language="en")
    collections = {"press": Collection(id="press", sources=(source,))}
    body, _ = public(Configuration(settings=Settings(), collections=collections, topics={TOPIC.id: TOPIC}))
    store.put("config/current.json", body)
    rows = [
        make_document(number, night, **({"text": text, "language": "en"} | columns))
        for number, (night, text, columns) in TEXTS.items()
    ]
    rows.append(make_document(1, "2026-01-04", text="A harbour.", language="en"))
    rows.append(make_document(8, "2026-01-04", outcome="drop.listing", title="quay", language="en"))
    for collection, night in sorted({(row.collection, row.night) for row in rows}):
        store.put(f"runs/{collection}/{night}/plan.json", b"{}")
        ours = [row for row in rows if (row.collection, row.night) == (collection, night)]
        documents.publish(store, collection, night, to_arrow(ours))
    return store


def told(call: Call, *arguments: str) -> dict:  # type: ignore[type-arg]
    done = call("backtest", "ports", "--query", QUERY, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_each_article_counts_once_as_it_was_captured_last(filled: Store, call: Call) -> None:
    found = told(call)
    assert found["counts"] == {"gained": 2, "lost": 1, "kept": 1}
    assert found["sources"] == {
        "gazette": {"gained": 1, "lost": 1, "kept": 1},
        "kurier": {"gained": 1, "lost": 0, "kept": 0},
    }
    assert found["articles"] == 6, "drops and other collections are not read; other languages are, and not selected"
    numbers = {
        change: {int(each["document_id"], 16) for each in found["examples"][change]} for change in found["counts"]
    }
    assert numbers == {"gained": {3, 7}, "lost": {2}, "kept": {1}}


def test_the_proposed_query_put_in_place_selects_what_was_foretold(filled: Store, call: Call) -> None:
    foretold = told(call)["examples"]
    update(filled, TOPIC.model_copy(update={"query": QUERY}))
    selected = set(Archive(filled).topic("ports").to_polars()["document_id"])
    assert selected >= {each["document_id"] for change in ("gained", "kept") for each in foretold[change]}
    assert not selected & {each["document_id"] for each in foretold["lost"]}
    assert len(selected) == 3


def test_examples_show_the_words_in_their_context(filled: Store, call: Call) -> None:
    done = call("backtest", "ports", "--query", QUERY)
    assert "of 6 articles, latest versions" in done.stdout
    assert "\ngained 2026-01-06 kurier Title 3\n" in done.stdout
    assert "  text: The old »harbour« was closed." in done.stdout
    assert "  text: A quiz at the »quay«." in done.stdout, "what is lost is shown by what the present query found"
    assert "gained 2026" not in call("backtest", "ports", "--query", QUERY, "--examples", "0").stdout


def test_nights_bound_it(filled: Store, call: Call) -> None:
    assert told(call, "--since", "2026-01-06", "--until", "2026-01-31")["counts"] == {"gained": 1, "lost": 0, "kept": 0}
    early = told(call, "--until", "2026-01-04")
    assert early["counts"] == {"gained": 1, "lost": 0, "kept": 0}, "then number 1 spoke of a harbour"


def label(path: Path, verdicts: dict[int, str], **changes: str) -> None:
    """Write verdicts into a sample as a spreadsheet does: semicolons, a byte order mark, a further column."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["relevant"] = verdicts.get(int(row["document_id"], 16), "")
        row |= {"note": "seen"} | changes
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_a_sample_is_labelled_and_comes_back_as_precision(filled: Store, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    done = call("backtest", "ports", "--query", QUERY, "--sample", "100", "--out", path)
    assert f"{path}: 4 articles to label" in done.stdout
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["relevant"] for row in rows} == {""}
    assert [row["title"] for row in rows if row["document_id"].endswith("7")] == ["'=1+1"]
    assert {(row["change"], row["of"]) for row in rows} == {("gained", "2"), ("lost", "1"), ("kept", "1")}
    label(path, {1: "yes", 2: "No", 3: "y", 7: "0"})
    found = told(call, "--labelled", str(path))
    assert (found["present"]["share"], found["proposed"]["share"]) == (0.5, pytest.approx(2 / 3))
    assert found["proposed"]["low"] == pytest.approx(0.2077, abs=1e-4)
    assert found["proposed"]["high"] == pytest.approx(0.9385, abs=1e-4)
    shown = call("backtest", "ports", "--query", QUERY, "--labelled", path).stdout
    assert shown.startswith("present  precision 0.500 (95 % from 0.095 to 0.905), from 2 labels for 2 articles\n")


def test_rows_that_are_not_labelled_are_left_out_and_counted(filled: Store, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    call("backtest", "ports", "--query", QUERY, "--sample", "9", "--out", path)
    label(path, {1: "yes", 2: "no", 3: "yes"})
    found = told(call, "--labelled", str(path))
    assert found["unlabelled"] == 1
    assert (found["proposed"]["share"], found["proposed"]["labels"], found["proposed"]["articles"]) == (1.0, 2, 3)


@pytest.mark.parametrize(
    ("verdicts", "changes", "message"),
    [
        ({1: "yes", 2: "no", 3: "perhaps"}, {}, r"labels.csv:\d: 'perhaps' is no label; write yes or no"),
        ({1: "yes", 3: "yes"}, {}, r"no row of lost is labelled"),
        ({}, {"sample": "ports:a:b"}, r"labels.csv:2: the row was drawn for other queries \(ports:a:b\)"),
        ({}, {"change": "new"}, r"labels.csv:2: columns change and of are not to be changed; they are 'new'"),
        ({}, {"document_id": "1"}, r"document 1 stands in it more than once"),
        ({}, {"of": "1"}, r"column of says \[1\] for 2 rows of gained"),
    ],
)
def test_labels_that_are_wrong_are_told_with_their_line(
    filled: Store, call: Call, tmp_path: Path, verdicts: dict[int, str], changes: dict[str, str], message: str
) -> None:
    path = tmp_path / "labels.csv"
    call("backtest", "ports", "--query", QUERY, "--sample", "9", "--out", path)
    label(path, verdicts, **changes)
    done = call("backtest", "ports", "--query", QUERY, "--labelled", path)
    assert done.returncode == 3
    assert re.search(message, done.stderr), done.stderr


def test_a_file_that_is_no_sample_is_refused(filled: Store, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("a,b\n1,2\n")
    told_wrong = call("backtest", "ports", "--query", QUERY, "--labelled", path)
    assert "labels.csv:1: no column relevant, change, document_id, of, sample" in told_wrong.stderr
    path.write_bytes("a;é".encode("latin-1"))
    assert "save it as CSV UTF-8" in call("backtest", "ports", "--query", QUERY, "--labelled", path).stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["football", "--query", "a"], "known are: ports"),
        (["ports", "--query", "a AND ("], "query, offset"),
        (["ports", "--query", "a", "--sample", "9"], "--sample N goes with --out"),
        (["ports", "--query", "a", "--since", "soon"], "YYYY-MM-DD"),
    ],
)
def test_what_is_wrong_is_told(filled: Store, call: Call, arguments: list[str], message: str) -> None:
    done = call("backtest", *arguments)
    assert done.returncode == 3
    assert message in done.stderr
