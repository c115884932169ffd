"""``sql``, ``show``, ``diff``, ``evidence`` and ``open`` over an archive with real records."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from tests.unit.cli.conftest import Call
from tests.unit.pull.captured import ADDRESS, HTML, capture
from tests.unit.pull.conftest import CONFIGURATION, publish_articles
from warcio.checker import Checker

from tearsheet.cli import COMMANDS
from tearsheet.config import public
from tearsheet.model import Document, Removed, Rights
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow

FIRST, SECOND = "2026-01-30", "2026-02-01"
OLD = "Riots broke out.\nPolice said 3,000 came."
NEW = "Riots broke out.\nPolice said 4,000 came.\nMore follows."
BARE = """
import importlib.abc, sys
EXTRAS = {"scrapy", "twisted", "trafilatura", "lxml", "airflow", "deflate", "rensa", "courlan", "tldextract",
          "htmldate", "dateparser", "feedparser", "protego", "psutil", "py3langid", "cssselect", "pandas", "fastapi"}
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from typer.testing import CliRunner
from tearsheet.cli import app
for arguments in %r:
    done = CliRunner().invoke(app, arguments)
    print(arguments[0], done.exit_code, done.output if done.exit_code else "", done.exception or "")
"""
"""The commands where only the bare install is there."""


@pytest.fixture
def kept(store: Store, tmp_path: Path, make_document: Callable[..., Document]) -> dict[str, Document]:
    """One article captured in two nights, changed between them, and a topic that selected it."""
    body, _ = public(CONFIGURATION)
    store.put("config/current.json", body)
    cut = (Removed(text="Subscribe now!", reason="subscription", rule="call:subscription", position=1),)
    texts = {FIRST: (OLD, HTML), SECOND: (NEW, HTML.replace("A quay", "A wide quay"))}
    rows = {
        night: capture(store, tmp_path, make_document, night, html, title="=Riots", text=text, removed=cut)
        for night, (text, html) in texts.items()
    }
    for night, row in rows.items():
        documents.publish(store, "press", night, to_arrow([row]))
    copies = {FIRST: {}, SECOND: {"copy": "version"}}
    publish_articles(store, [(row, copies[night]) for night, row in rows.items()])
    return rows


Kept = dict[str, Document]


def test_the_bare_install_is_enough(kept: Kept, store: Store, tmp_path: Path) -> None:
    calls = [
        ["sql", "select count(*) from documents"],
        ["show", ADDRESS, "--cut"],
        ["diff", ADDRESS],
        ["evidence", ADDRESS, "--out", str(tmp_path / "bare.warc.gz")],
        ["backtest", "unrest", "--query", "police"],
        ["open", ADDRESS, "--no-browser", "--seconds", "0.1"],
    ]
    command = [sys.executable, "-c", BARE % calls]
    environment = os.environ | store.environment()
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = [line.split()[:2] for line in done.stdout.splitlines() if line.split()[0] in COMMANDS]
    assert told == [["sql", "0"], ["show", "0"], ["diff", "0"], ["evidence", "0"], ["backtest", "0"], ["open", "1"]], (
        done.stdout
    )
    assert "nobody asked for http://127.0.0.1:" in done.stdout


def test_sql_counts_rows_of_both_tables(kept: Kept, call: Call) -> None:
    both = "select a.night, d.words from articles a join documents d on a.night = d.night order by a.night"
    done = call("sql", both, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"night": FIRST, "words": 2}, {"night": SECOND, "words": 2}]
    times = json.loads(
        call("sql", "select fetched_at, removed from documents order by night limit 1", "-f", "json").stdout
    )
    assert times[0]["fetched_at"] == "2026-01-30T03:00:01.000000Z"
    assert times[0]["removed"][0]["reason"] == "subscription"
    assert json.loads(call("sql", "select title from documents where words > 9", "-f", "json").stdout) == []
    count = "select source, count(*) as n from articles group by source"
    assert call("sql", count, "--topic", "unrest").stdout.split() == ["source", "n", "gazette", "2"]
    assert call("sql", count, "--topic", "football").stdout.split() == ["source", "n"]


def test_sql_gives_files_and_no_formulas(kept: Kept, call: Call, tmp_path: Path) -> None:
    query = "select title, night from documents order by night"
    rows = list(csv.reader(io.StringIO(call("sql", query, "--format", "csv").stdout)))
    assert rows == [["title", "night"], ["'=Riots", FIRST], ["'=Riots", SECOND]]
    path = tmp_path / "answer.parquet"
    assert call("sql", query, "--out", path).returncode == 0
    assert pq.read_table(path).to_pylist() == [
        {"title": "=Riots", "night": FIRST},
        {"title": "=Riots", "night": SECOND},
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select nothing from articles", "nothing"),
        ("select * from pages", "pages"),
        ("selekt", "selekt"),
        ("select cluster_id from documents", "cluster_id"),
    ],
)
def test_sql_that_is_wrong_is_told_what_there_is(kept: Kept, call: Call, query: str, message: str) -> None:
    done = call("sql", query)
    assert done.returncode == 3
    assert message in done.stderr
    assert "; documents, its columns: document_id, " in done.stderr


def test_show_gives_the_latest_version_and_names_the_others(kept: Kept, call: Call) -> None:
    done = call("show", f"{ADDRESS}?utm_source=x")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("=Riots\ngazette · 2026-01-04\n\nRiots broke out.\n\nPolice said 4,000 came.\n\nMore")
    assert "topic    unrest for “Text”; captured again, no other copy" in done.stdout
    assert f"also     {FIRST} press article" in done.stdout
    assert "2 versions; `tearsheet diff" in done.stdout
    assert "Subscribe" not in done.stdout


def test_show_gives_a_night_and_what_was_cut_in_its_place(kept: Kept, call: Call) -> None:
    shown = call("show", kept[FIRST].document_id, "--night", FIRST, "--cut").stdout
    lines = [line for line in shown.splitlines() if line]
    assert lines[2:5] == [
        "Riots broke out.",
        "subscription [call:subscription] Subscribe now!",
        "Police said 3,000 came.",
    ]
    told = json.loads(call("show", ADDRESS, "--night", FIRST, "--json").stdout)
    assert (told["document"]["text"], told["versions"], told["others"][0]["night"]) == (OLD, 2, SECOND)
    assert told["topics"][0]["topic"] == "unrest"


def test_a_page_that_is_no_article_says_so(store: Store, call: Call, make_document: Callable[..., Document]) -> None:
    drop = make_document(7, FIRST, outcome="drop.listing", url=ADDRESS)
    documents.publish(store, "press", FIRST, to_arrow([drop]))
    assert call("show", drop.document_id).stdout.startswith("no article: drop.listing\n")
    assert call("diff", drop.document_id).returncode == 3


def test_diff_tells_the_words_that_changed(kept: Kept, call: Call) -> None:
    done = call("diff", ADDRESS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"--- {FIRST} press, fetched 2026-01-30 03:00 UTC",
        f"+++ {SECOND} press, fetched 2026-02-01 03:00 UTC",
        "text",
        "… 1 unchanged",
        "Police said [-3,000 -]{+4,000 +}came.{+¶+}",
        "{+More follows.+}",
    ]
    told = json.loads(call("diff", ADDRESS, "--json").stdout)
    assert [version["night"] for version in told["versions"]] == [FIRST, SECOND]
    text = [change for change in told["changes"] if change["field"] == "text"]
    assert "".join(change["text"] for change in text if change["kind"] != "deleted") == NEW


def test_diff_takes_the_versions_that_stood_in_two_nights(kept: Kept, call: Call) -> None:
    back = call("diff", ADDRESS, "--from", "2026-03-01", "--to", "2026-01-31").stdout
    assert "Police said [-4,000 -]{+3,000 +}came." in back
    same = call("diff", ADDRESS, "--to", FIRST)
    assert (same.returncode, same.stdout) == (0, "")
    assert "compared with itself; captured in 2026-01-30, 2026-02-01" in same.stderr
    early = call("diff", ADDRESS, "--from", "2026-01-01")
    assert early.returncode == 3
    assert f"there are those of: {FIRST}, {SECOND}" in early.stderr


def test_evidence_verifies_the_record_and_writes_it(
    kept: Kept, call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "record.warc.gz"
    done = call("evidence", ADDRESS, "--night", FIRST, "--out", path)
    assert done.returncode == 0, done.stderr
    shown = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert ["digest", kept[FIRST].payload_digest] in shown
    assert ["offset", str(kept[FIRST].warc_offset)] in shown
    assert ["status", "HTTP/1.1 200 OK"] in shown
    assert ["also", f"{SECOND} press article"] in shown
    assert ["verified"] in shown
    assert Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all() == 0
    assert "digest pass" in capsys.readouterr().out
    told = json.loads(call("evidence", ADDRESS, "--json").stdout)
    assert (told["verified"], told["night"], told["status"]) == (True, SECOND, 200)
    assert told["key"] == kept[SECOND].warc_file


def test_evidence_that_does_not_verify_ends_with_10(kept: Kept, call: Call, store: Store, tmp_path: Path) -> None:
    row = kept[SECOND]
    body = bytearray(store.get(row.warc_file))
    body[row.warc_offset + row.warc_length // 2] ^= 1
    store.put(row.warc_file, bytes(body))
    done = call("evidence", ADDRESS, "--out", tmp_path / "record.warc.gz")
    assert done.returncode == 10
    assert "NOT VERIFIED" in done.stdout
    assert f"byte {row.warc_offset}: " in done.stderr
    assert not (tmp_path / "record.warc.gz").exists()
    store.delete([row.warc_file])
    lost = call("evidence", ADDRESS, "--json")
    assert (lost.returncode, json.loads(lost.stdout)["verified"]) == (10, False)


@pytest.fixture
def opened(kept: Kept, store: Store) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tearsheet", "open", ADDRESS, "--no-browser", "--seconds", "120"]
    environment = os.environ | store.environment()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        yield child
        child.terminate()


def test_open_serves_the_page_once_under_a_sandbox_and_ends(opened: subprocess.Popen[str]) -> None:
    assert opened.stdout is not None
    url = opened.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:")
    for wrong in (url.rpartition("/")[0] + "/", url.replace("127.0.0.1", "localhost")):
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(wrong, timeout=10)
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read().decode() == HTML.replace("A quay", "A wide quay")
        policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        assert answer.headers["Content-Security-Policy"] == policy
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert opened.wait(30) == 0


def test_open_gives_up_where_nobody_asks(kept: Kept, call: Call) -> None:
    done = call("open", ADDRESS, "--no-browser", "--seconds", "0.2")
    assert done.returncode == 3
    assert "within 0.2 seconds" in done.stderr


def test_what_may_not_be_shown_is_not(store: Store, call: Call, make_document: Callable[..., Document]) -> None:
    rights = (Rights(signal="noarchive", value="all", origin="meta"),)
    row = make_document(8, FIRST, url=ADDRESS, rights=rights)
    documents.publish(store, "press", FIRST, to_arrow([row]))
    done = call("open", row.document_id, "--no-browser")
    assert (done.returncode, done.stdout) == (1, "")
    assert "asks for no copies to be shown (noarchive)" in done.stderr
    documents.publish(store, "press", FIRST, to_arrow([]))
    store.put("takedowns/t1.json", f'{{"documents": ["{row.document_id}"], "sources": []}}'.encode())
    for command in ("open", "show", "diff", "evidence"):
        gone = call(command, row.document_id)
        assert gone.returncode == 1
        assert "was taken down" in gone.stderr


@pytest.mark.parametrize("command", ["show", "diff", "evidence", "open"])
def test_an_address_that_was_never_kept_is_told(kept: Kept, call: Call, command: str) -> None:
    done = call(command, "https://gazette.example/never")
    assert done.returncode == 3
    assert "has no page of https://gazette.example/never" in done.stderr
    if command != "diff":
        other = call(command, ADDRESS, "--night", "2026-01-31")
        assert f"it was in: {FIRST}, {SECOND}" in other.stderr
