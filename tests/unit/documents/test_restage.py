"""Staging anew with what was learned gives what extraction from the record gives, and reads few records again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
from tests.unit.documents.conftest import COLLECTION, NIGHT, paragraph

from tearsheet.archive.reader import segment_captures
from tearsheet.documents.pool import Pool
from tearsheet.documents.staging import load_staged, restage, stage, staged_key, unstaged
from tearsheet.documents.task import Context, Snapshot
from tearsheet.extract.identity import extractor_id
from tearsheet.fingerprints import block_hash
from tearsheet.model import Learned
from tearsheet.storage import Store

BLURB = "The Aldmoor Ledger has been printed in the old rope works since the year of the flood."
BEFORE = Context(collection=COLLECTION, night=NIGHT, config="0" * 64, extractor=extractor_id())
KNOWN = Learned(repeated={block_hash(BLURB): 0.7}, suffixes=(" | The Ledger",))
AFTER = replace(BEFORE, learned={"s": Snapshot(id="a1b2", value=KNOWN)})


def page(number: int, *, blurb: bool = False, headline: str = "") -> bytes:
    title = headline or f"Quay {number} is to be widened by spring"
    body = "".join(paragraph(number * 10 + n) for n in range(6)) + (f"<p>{BLURB}</p>" if blurb else "")
    article = f"<article><h1>{title}</h1>{body}</article>"
    return f"<html lang=en><head><title>{title}</title></head><body>{article}</body></html>".encode()


def pages() -> list[tuple[str, bytes]]:
    suffixed = page(3, headline="Quay 3 is to be widened | The Ledger")
    bodies = [page(1), page(2, blurb=True), suffixed, b"", page(4)]
    return [(f"http://127.0.0.1/{number}", body) for number, body in enumerate(bodies)]


def rows(store: Store, context: Context) -> pa.Table:
    return pa.concat_tables(load_staged(store, context))


def test_it_gives_what_extraction_gives(store: Store, segment: Callable[..., str]) -> None:
    keys = [segment(*pages()), segment(("http://127.0.0.1/9", page(9)), serial=2)]
    with Pool(1) as pool:
        stage(store, pool, keys, BEFORE)
        restage(store, pool, BEFORE, AFTER)
        quickly = rows(store, AFTER)
        store.delete([staged_key(key, AFTER) for key in keys])
        stage(store, pool, keys, AFTER)
    assert quickly.drop_columns("indexed_at").equals(rows(store, AFTER).drop_columns("indexed_at"))
    by_url = {row["url"][-1]: row for row in quickly.to_pylist()}
    assert {row["learned"] for row in by_url.values()} == {"a1b2"}
    assert by_url["2"]["title"] == "Quay 3 is to be widened"
    assert BLURB not in by_url["1"]["text"]
    assert ("repeated", "learned", 0.7) in {(c["reason"], c["rule"], c["score"]) for c in by_url["1"]["removed"]}


def test_it_extracts_only_what_may_change(store: Store, segment: Callable[..., str]) -> None:
    with Pool(1) as pool:
        stage(store, pool, [segment(*pages())], BEFORE)
        restage(store, pool, BEFORE, AFTER)
    before, after = rows(store, BEFORE).to_pylist(), rows(store, AFTER).to_pylist()
    again = [old["url"][-1] for old, new in zip(before, after, strict=True) if old["indexed_at"] != new["indexed_at"]]
    assert again == ["1", "2"]


def test_what_is_staged_already_is_left_alone(store: Store, segment: Callable[..., str]) -> None:
    keys = [segment((f"http://127.0.0.1/{n}", page(n, blurb=True)), serial=n) for n in (1, 2)]
    with Pool(1) as pool:
        stage(store, pool, keys, BEFORE)
        stage(store, pool, keys[:1], AFTER)
        held = store.get(staged_key(keys[0], AFTER))
        restage(store, pool, BEFORE, AFTER)
    assert store.get(staged_key(keys[0], AFTER)) == held
    assert not unstaged(store, AFTER)


def test_a_page_is_not_read_again_to_be_cleaned(store: Store, segment: Callable[..., str]) -> None:
    key = segment(*pages())
    with Pool(1) as pool:
        stage(store, pool, [key], BEFORE)
        body = bytearray(store.get(key))
        captures = {capture.url[-1]: capture for capture in segment_captures(store, key)}
        for number in "12":
            offset = captures[number].warc_offset
            body[offset : offset + captures[number].warc_length] = bytes(captures[number].warc_length)
        store.put(key, bytes(body))
        restage(store, pool, BEFORE, AFTER)
    outcomes = {row["url"][-1]: row["outcome"] for row in rows(store, AFTER).to_pylist()}
    assert outcomes["1"] == "article"
    assert outcomes["2"] == "drop.unreadable", "what is known changes its headline, and so what is read of it"
