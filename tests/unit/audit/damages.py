"""What may happen to an archive whose damaged part is derived: each does it, and says what is to be found where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
from deltalake import DeltaTable
from tests.unit.audit.conftest import FIRST, SECOND, TOPIC, Archive
from tests.unit.harvest.conftest import COLLECTION, SOURCE

from tearsheet import state
from tearsheet.archive.keys import index_key
from tearsheet.clean.learning import Counts
from tearsheet.documents.counting import counts_of
from tearsheet.harvest.outcomes import outcomes_key
from tearsheet.harvest.verdict import report_key
from tearsheet.storage import Store
from tearsheet.tables import articles, documents
from tearsheet.tables.delta import Table

FETCHED = f"runs/{COLLECTION}/{FIRST}/fetched/b000-001.json.gz"


def table(archive: Archive, of: Table) -> DeltaTable:
    store = archive.store
    return DeltaTable(store.url(of.prefix), storage_options=store.table_options())


def url(number: int) -> str:
    return f"https://ledger.example/{number}"


def rows(archive: Archive, night: str = FIRST) -> pl.DataFrame:
    return documents.rows(archive.store, COLLECTION, night).drop("indexed_at")


def selected(archive: Archive) -> pl.DataFrame:
    columns = ["night", "document_id", "version_id", "cluster_id", "copy", "title"]
    return articles.window(archive.store, TOPIC.id, FIRST, SECOND, columns)


def remembered(archive: Archive) -> tuple[state.SourceState, Counts]:
    """A state, and its counts, in whatever order their nights were counted."""
    known = state.load(archive.store, SOURCE)
    return replace(known, counts=""), counts_of(known)


def flip(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def rewrite(store: Store, key: str, change: Callable[[bytes], bytes]) -> None:
    store.put(key, change(store.get(key)))


def lose_index(archive: Archive) -> tuple[str, str]:
    archive.store.delete([index_key(archive.warc())])
    return "cdxj.missing", index_key(archive.warc())


def cut_index(archive: Archive) -> tuple[str, str]:
    rewrite(archive.store, index_key(archive.warc()), lambda body: body[: len(body) // 2])
    return "cdxj.stale", index_key(archive.warc())


def shorten_index(archive: Archive) -> tuple[str, str]:
    rewrite(archive.store, index_key(archive.warc()), lambda body: body[: body[:-1].rindex(b"\n") + 1])
    return "cdxj.stale", index_key(archive.warc())


def lose_row(archive: Archive) -> tuple[str, str]:
    table(archive, documents.TABLE).delete(f"url = '{url(2)}'")
    return "row.missing", url(2)


def change_text(archive: Archive) -> tuple[str, str]:
    table(archive, documents.TABLE).update({"text": "'The quay stays as it is.'"}, predicate=f"url = '{url(2)}'")
    return "row.changed", url(2)


def change_place(archive: Archive) -> tuple[str, str]:
    (row,) = rows(archive).filter(url=url(2)).to_dicts()
    table(archive, documents.TABLE).update({"warc_offset": f"{row['warc_offset'] + 1}"}, predicate=f"url = '{url(2)}'")
    return "row.record", f"{row['warc_file']}, byte {row['warc_offset'] + 1}"


def change_rules(archive: Archive) -> tuple[str, str]:
    table(archive, documents.TABLE).update({"rules": "'0123456789abcdef0123'"}, predicate=f"url = '{url(2)}'")
    return "night.differs", f"tables/documents/{COLLECTION}/{FIRST}"


def lose_report(archive: Archive) -> tuple[str, str]:
    archive.store.delete([report_key(COLLECTION, FIRST)])
    return "report.wrong", report_key(COLLECTION, FIRST)


def change_report(archive: Archive) -> tuple[str, str]:
    rewrite(archive.store, report_key(COLLECTION, FIRST), lambda body: body.replace(b'"article": 6', b'"article": 7'))
    return "report.wrong", report_key(COLLECTION, FIRST)


def lose_outcomes(archive: Archive) -> tuple[str, str]:
    archive.store.delete([outcomes_key(COLLECTION, FIRST)])
    return "outcomes.wrong", outcomes_key(COLLECTION, FIRST)


def break_outcomes(archive: Archive) -> tuple[str, str]:
    rewrite(archive.store, outcomes_key(COLLECTION, FIRST), lambda body: body[:-9])
    return "outcomes.wrong", outcomes_key(COLLECTION, FIRST)


def lose_state(archive: Archive) -> tuple[str, str]:
    archive.store.delete([state.key(SOURCE)])
    return "state.missing", state.key(SOURCE)


def break_state(archive: Archive) -> tuple[str, str]:
    rewrite(archive.store, state.key(SOURCE), lambda body: flip(body, len(body) // 2))
    return "state.wrong", state.key(SOURCE)


def forget(archive: Archive) -> tuple[str, str]:
    known = state.load(archive.store, SOURCE)
    known.seen.pop(min(known.seen))
    state.save(archive.store, known)
    return "state.wrong", state.key(SOURCE)


def leave_staged(archive: Archive) -> tuple[str, str]:
    key = f"staged/{COLLECTION}/{FIRST}/b000-001-00001.0123456789ab.parquet"
    archive.store.put(key, b"rows")
    return "staged.left", key


def leave_staged_of_no_warc(archive: Archive) -> tuple[str, str]:
    key = f"staged/{COLLECTION}/{SECOND}/b000-009-00001.0123456789ab.parquet"
    archive.store.put(key, b"rows")
    return "staged.left", key


def leave_snapshot(archive: Archive) -> tuple[str, str]:
    key = f"learned/{SOURCE}/0123456789abcdef0123.json"
    archive.store.put(key, b"{}")
    return "learned.unnamed", key


def leave_probe(archive: Archive) -> tuple[str, str]:
    archive.store.put("probe-0a1b/once", b"x")
    return "probe.left", "probe-0a1b/once"


def open_upload(archive: Archive) -> tuple[str, str]:
    store = archive.store
    key = store.url("tables/documents/part.parquet").removeprefix(f"s3://{store.bucket}/")
    store.client.create_multipart_upload(Bucket=store.bucket, Key=key)
    return "upload.open", "tables/documents/part.parquet"


def lose_article(archive: Archive) -> tuple[str, str]:
    table(archive, articles.TABLE).delete(f"url = '{url(4)}'")
    return "article.missing", url(4)


def change_article(archive: Archive) -> tuple[str, str]:
    table(archive, articles.TABLE).update({"text": "'The quay of the harbour.'"}, predicate=f"url = '{url(4)}'")
    return "article.changed", url(4)


def change_version(archive: Archive) -> tuple[str, str]:
    table(archive, articles.TABLE).update({"version_id": "'0123456789abcdef0123'"}, predicate=f"url = '{url(4)}'")
    return "article.changed", url(4)


def add_article(archive: Archive) -> tuple[str, str]:
    table(archive, articles.TABLE).update({"document_id": "'0123456789abcdef0123'"}, predicate=f"url = '{url(11)}'")
    return "article.extra", url(11)


def first_copy(archive: Archive) -> str:
    """A document that the topic's other copies follow."""
    copies = selected(archive).group_by("cluster_id").len().sort("len", "cluster_id")
    return str(copies["cluster_id"][-1])


def lose_first_copy(archive: Archive) -> tuple[str, str]:
    document_id = first_copy(archive)
    table(archive, articles.TABLE).delete(f"document_id = '{document_id}'")
    return "article.missing", documents.find(archive.store, document_id)["url"][0]


def break_cluster(archive: Archive) -> tuple[str, str]:
    document_id = first_copy(archive)
    table(archive, articles.TABLE).update({"copy": "'near'"}, predicate=f"document_id = '{document_id}'")
    return "cluster.broken", document_id


def lose_search_index(archive: Archive) -> tuple[str, str]:
    archive.store.delete([f"search/{TOPIC.id}/index.json"])
    return "search.stale", f"search/{TOPIC.id}/index.json"


def lose_build(archive: Archive) -> tuple[str, str]:
    archive.store.delete(archive.keys(f"search/{TOPIC.id}/", ".parquet"))
    return "search.missing", f"search/{TOPIC.id}/2026-01"


def break_build(archive: Archive) -> tuple[str, str]:
    rewrite(archive.store, archive.keys(f"search/{TOPIC.id}/", ".tar")[0], lambda body: flip(body, len(body) // 2))
    return "search.missing", f"search/{TOPIC.id}/2026-01"


def leave_build(archive: Archive) -> tuple[str, str]:
    key = f"search/{TOPIC.id}/2026-01/0123456789abcdef0123.tar"
    archive.store.put(key, b"words")
    return "search.left", key


DAMAGE = [
    lose_index,
    cut_index,
    shorten_index,
    lose_row,
    change_text,
    change_place,
    change_rules,
    lose_report,
    change_report,
    lose_outcomes,
    break_outcomes,
    lose_state,
    break_state,
    forget,
    leave_staged,
    leave_staged_of_no_warc,
    leave_snapshot,
    leave_probe,
    open_upload,
    lose_article,
    change_article,
    change_version,
    add_article,
    lose_first_copy,
    break_cluster,
    lose_search_index,
    lose_build,
    break_build,
    leave_build,
]
