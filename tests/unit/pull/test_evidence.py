from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.unit.pull.captured import ADDRESS, HTML, capture
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from tearsheet.errors import AuditError, ConfigError, RecordError, WithheldError
from tearsheet.model import Document, Rights
from tearsheet.pull.evidence import evidence, write_record
from tearsheet.pull.replay import captured, captured_page
from tearsheet.storage import Store

Make = Callable[..., Document]


@pytest.fixture
def row(store: Store, tmp_path: Path, make_document: Make) -> Document:
    return capture(store, tmp_path, make_document)


def damage(store: Store, row: Document) -> None:
    """Flip one bit in the middle of the row's record."""
    body = bytearray(store.get(row.warc_file))
    body[row.warc_offset + row.warc_length // 2] ^= 1
    store.put(row.warc_file, bytes(body))


def test_a_row_is_proved_by_its_record(store: Store, row: Document) -> None:
    proof = evidence(store, row)
    assert proof.verified
    assert proof.failure is None
    assert (proof.place, proof.offset) == (store.url(row.warc_file), row.warc_offset)
    assert proof.record is not None
    assert (proof.record.url, proof.record.status, proof.record.body.decode()) == (ADDRESS, 200, HTML)


def test_one_flipped_bit_is_found(store: Store, row: Document) -> None:
    damage(store, row)
    proof = evidence(store, row)
    assert not proof.verified
    assert "damaged" in (proof.failure or "")
    with pytest.raises(RecordError, match="its page is not shown"):
        captured_page(store, row)


def test_a_lost_segment_and_a_torn_one_prove_nothing(store: Store, row: Document) -> None:
    store.put(row.warc_file, store.get(row.warc_file)[: row.warc_offset])
    assert "the segment ends before it" in (evidence(store, row).failure or "")
    store.delete([row.warc_file])
    assert store.url(row.warc_file) in (evidence(store, row).failure or "")


def test_another_page_or_another_payload_is_no_proof(store: Store, row: Document) -> None:
    assert "has the digest sha256:" in (evidence(store, replace(row, payload_digest="sha256:A")).failure or "")
    elsewhere = replace(row, url="https://b.example/", final_url="https://b.example/")
    assert evidence(store, elsewhere).failure == f"the record is of {ADDRESS}, and not of https://b.example/"


def test_the_record_becomes_a_file_that_warcio_accepts(
    store: Store, row: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "record.warc.gz"
    write_record(evidence(store, row), path)
    assert Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all() == 0
    assert "digest pass" in capsys.readouterr().out
    with path.open("rb") as file:
        assert [record.rec_headers["WARC-Target-URI"] for record in ArchiveIterator(file)] == [ADDRESS]


def test_a_file_is_not_written_where_it_would_mislead(store: Store, row: Document, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"kept as \.warc\.gz"):
        write_record(evidence(store, row), tmp_path / "record.warc")
    with pytest.raises(ConfigError, match="No such file or directory"):
        write_record(evidence(store, row), tmp_path / "nowhere" / "record.warc.gz")
    damage(store, row)
    with pytest.raises(AuditError, match="was not written"):
        write_record(evidence(store, row), tmp_path / "record.warc.gz")
    assert not (tmp_path / "record.warc.gz").exists()


def test_a_page_is_shown_as_it_was_captured(store: Store, row: Document) -> None:
    assert captured_page(store, row).decode() == HTML
    assert captured(store, row).content_type == "text/html; charset=utf-8"


def test_a_page_of_another_type_is_shown_as_html(store: Store, tmp_path: Path, make_document: Make) -> None:
    row = capture(store, tmp_path, make_document, content_type="image/svg+xml")
    assert captured(store, row).content_type == "text/html"


@pytest.mark.parametrize("signal", ["noarchive", "nocache"])
def test_what_asks_for_no_copies_is_never_shown(store: Store, row: Document, signal: str) -> None:
    rights = (Rights(signal=signal, value="all", origin="meta"),)
    with pytest.raises(WithheldError, match=rf"no copies to be shown \({signal}\)"):
        captured_page(store, replace(row, rights=rights))


def test_what_was_taken_down_is_never_shown(store: Store, row: Document) -> None:
    store.put("takedowns/t1.json", f'{{"documents": ["{row.document_id}"], "sources": []}}'.encode())
    with pytest.raises(WithheldError, match="was taken down"):
        captured_page(store, row)


def test_looking_needs_no_crawler_extractor_or_writer() -> None:
    heavy = "{'scrapy', 'twisted', 'trafilatura', 'lxml', 'warcio', 'deflate', 'tldextract', 'airflow', 'rensa'}"
    modules = "tearsheet.pull.versions, tearsheet.pull.evidence, tearsheet.pull.replay"
    program = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
