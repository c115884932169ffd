from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.errors import InvariantError, StorageError
from tearsheet.model import Document, Removed, Rights
from tearsheet.storage import Store
from tearsheet.tables import delta, documents
from tearsheet.tables.schema import DOCUMENTS, from_row, to_arrow

Make = Callable[..., Document]
NIGHT, NEXT = "2026-01-05", "2026-01-06"


def publish(store: Store, night: str, rows: list[Document]) -> documents.Published:
    return documents.publish(store, "press", night, to_arrow(rows))


def found(store: Store, document_id: str) -> list[Document]:
    return [from_row(row) for row in documents.find(store, document_id).to_dicts()]


def ids(store: Store, night: str) -> list[str]:
    return documents.rows(store, "press", night, ["document_id"])["document_id"].to_list()


def test_a_text_that_is_not_its_version_is_an_error(store: Store, make_document: Make) -> None:
    publish(store, NIGHT, [make_document(1, version_id="0" * 20), make_document(2)])
    with pytest.raises(StorageError, match=r"tables/documents: what was read as version 0{20} is another text"):
        documents.rows(store, "press", NIGHT)
    with pytest.raises(StorageError, match="is another text"):
        documents.find(store, make_document(1).document_id)
    assert documents.rows(store, "press", NIGHT, ["document_id", "title"]).height == 2, "no text is read"


def test_a_night_is_read_back_as_it_was_published(store: Store, make_document: Make) -> None:
    full = replace(
        make_document(1),
        authors=("Ann", "Бек"),
        removed=(Removed(text="Subscribe", reason="newsletter", rule="r1", position=3, score=0.5),),
        rights=(Rights(signal="noai", value="1", origin="meta"),),
        near_hash=b"\x00\xff",
        fetched_at=datetime(2026, 1, 5, 3, 0, 0, 123456, tzinfo=UTC),
    )
    drop = make_document(2, outcome="drop.listing", version_id=None, title=None, words=0, learned="l1")
    published = publish(store, NIGHT, [drop, full])
    assert (published.rows, published.committed) == (2, True)
    assert [*found(store, full.document_id), *found(store, drop.document_id)] == [full, drop]
    assert documents.rows(store, "press", NIGHT).columns == DOCUMENTS.names


def test_a_night_replaces_its_own_rows_and_no_others(store: Store, make_document: Make) -> None:
    publish(store, NIGHT, [make_document(n) for n in (1, 2)])
    publish(store, NEXT, [make_document(n, NEXT) for n in (3, 4)])
    documents.publish(store, "radio", NIGHT, to_arrow([make_document(5, collection="radio")]))
    publish(store, NIGHT, [make_document(6)])
    assert ids(store, NIGHT) == [make_document(6).document_id]
    assert len(ids(store, NEXT)) == 2
    assert documents.rows(store, "radio", NIGHT).height == 1


def test_the_same_rows_again_commit_nothing(store: Store, make_document: Make) -> None:
    rows = [make_document(n) for n in range(5)]
    first = publish(store, NIGHT, rows)
    later = [replace(row, indexed_at=row.indexed_at + timedelta(days=1), warc_offset=7) for row in reversed(rows)]
    again = publish(store, NIGHT, later)
    assert not again.committed
    assert (again.version, again.fingerprint) == (first.version, first.fingerprint)


def test_changed_rows_are_committed_and_changed_back(store: Store, make_document: Make) -> None:
    before, after = [make_document(1)], [make_document(1, extractor="tearsheet/2 def")]
    first, second, third = publish(store, NIGHT, before), publish(store, NIGHT, after), publish(store, NIGHT, before)
    assert (second.committed, third.committed) == (True, True)
    assert first.fingerprint == third.fingerprint != second.fingerprint
    assert [row.extractor for row in found(store, before[0].document_id)] == [before[0].extractor]


def test_an_empty_night_is_recorded_and_removes_rows(store: Store, make_document: Make) -> None:
    empty = publish(store, NIGHT, [])
    assert empty.committed
    assert documents.fingerprint(store, "press", NIGHT) == empty.fingerprint
    publish(store, NIGHT, [make_document(1)])
    assert publish(store, NIGHT, []).committed
    assert not publish(store, NIGHT, []).committed
    assert ids(store, NIGHT) == []


def test_fingerprints_of_what_was_published(store: Store, make_document: Make) -> None:
    assert documents.fingerprint(store, "press", NIGHT) is None
    assert documents.fingerprints(store, [("press", NIGHT)]) == {}
    published = publish(store, NIGHT, [make_document(1)])
    assert documents.fingerprint(store, "press", NIGHT) == published.fingerprint
    assert documents.fingerprints(store, [("press", NIGHT), ("press", NEXT)]) == {
        ("press", NIGHT): published.fingerprint
    }


def test_fingerprints_outlive_checkpoints_and_the_log(store: Store, make_document: Make) -> None:
    nights = [f"2026-01-{day:02d}" for day in range(1, 16)]
    wanted = {("press", night): publish(store, night, [make_document(1, night)]).fingerprint for night in nights}
    assert documents.fingerprints(store, wanted) == wanted
    table = DeltaTable(store.url("tables/documents"), storage_options=store.table_options())
    table.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 seconds"})
    table.create_checkpoint()
    table.cleanup_metadata()
    commits = [info.key for info in store.list("tables/documents/_delta_log/") if info.key.endswith(".json")]
    assert len(commits) < len(nights)
    assert documents.fingerprints(store, wanted) == wanted
    fresh = DeltaTable(store.url("tables/documents"), storage_options=store.table_options())
    assert {key: fresh.transaction_version(documents.app_id(*key)) for key in wanted} == wanted
    assert not publish(store, nights[0], [make_document(1, nights[0])]).committed


HASHES = st.sampled_from([None, "", "h1"])
ROW = st.tuples(st.integers(0, 9), st.sampled_from(["sha256:a", "sha256:b"]), HASHES, HASHES)
Row = tuple[int, str, str | None, str | None]


@settings(deadline=None)
@given(st.lists(ROW, max_size=6), st.randoms(use_true_random=False))
def test_a_fingerprint_tells_rows_apart_and_knows_no_order(rows: list[Row], order: random.Random) -> None:
    def fingerprint(these: list[Row], withheld: str = "article") -> int:
        columns = {
            "url": [f"https://a.example/{row[0]}" for row in these],
            "payload_digest": [row[1] for row in these],
            "extractor": ["e"] * len(these),
            "learned": pa.array([row[2] for row in these], pa.string()),
            "rules": pa.array([row[3] for row in these], pa.string()),
            "outcome": [withheld if n == 0 else "article" for n in range(len(these))],
        }
        return documents.fingerprint_of(pa.table(columns))

    shuffled = order.sample(rows, len(rows))
    assert 0 <= fingerprint(rows) == fingerprint(shuffled) < 2**62
    assert (fingerprint(rows, "drop.rights") != fingerprint(rows)) is bool(rows)
    assert fingerprint(rows, "drop.empty") == fingerprint(rows)
    for n, (url, digest, learned, rules) in enumerate(rows):
        for row in ((url, digest + "c", learned, rules), (url, digest, learned, f"{rules}c")):
            assert fingerprint([*rows[:n], row, *rows[n + 1 :]]) != fingerprint(rows)


def test_rows_that_do_not_belong_are_refused(store: Store, make_document: Make) -> None:
    publish(store, NIGHT, [make_document(1)])
    for stranger in (make_document(2, NEXT), make_document(2, collection="radio"), make_document(2, month="2026-02")):
        with pytest.raises(InvariantError, match="press, night 2026-01-05"):
            publish(store, NIGHT, [make_document(1), stranger])
    with pytest.raises(InvariantError, match=make_document(3).document_id):
        publish(store, NIGHT, [make_document(2), make_document(3), make_document(3)])
    with pytest.raises(InvariantError, match="'text'"):
        documents.publish(store, "press", NIGHT, to_arrow([make_document(2)]).drop_columns(["text"]))
    assert ids(store, NIGHT) == [make_document(1).document_id]


def together(calls: list[Callable[[], object]]) -> list[BaseException]:
    """Run the calls at the same moment; what they raised."""
    barrier, raised = threading.Barrier(len(calls)), list[BaseException]()

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_racing_first_nights_all_succeed(store: Store, make_document: Make) -> None:
    nights = [f"2026-01-{day:02d}" for day in range(1, 7)]

    def night(name: str) -> Callable[[], object]:
        return lambda: publish(store, name, [make_document(1, name)])

    assert together([night(name) for name in nights]) == []
    assert all(len(ids(store, name)) == 1 for name in nights)
    assert len(documents.fingerprints(store, [("press", name) for name in nights])) == len(nights)


def test_racing_writers_of_one_night_leave_one_of_their_results(store: Store, make_document: Make) -> None:
    publish(store, NEXT, [make_document(1, NEXT)])
    candidates = [[make_document(n), make_document(n + 10)] for n in range(4)]

    def attempt(rows: list[Document]) -> Callable[[], object]:
        return lambda: publish(store, NIGHT, rows)

    assert together([attempt(rows) for rows in candidates]) == []
    left = ids(store, NIGHT)
    assert left in [[row.document_id for row in rows] for rows in candidates]
    rows = next(rows for rows in candidates if [row.document_id for row in rows] == left)
    assert documents.fingerprint(store, "press", NIGHT) == documents.fingerprint_of(to_arrow(rows))
    assert len(ids(store, NEXT)) == 1


def test_racing_writers_of_the_same_rows_commit_once(store: Store, make_document: Make) -> None:
    publish(store, NEXT, [])
    committed: list[bool] = []
    assert together([lambda: committed.append(publish(store, NIGHT, [make_document(1)]).committed)] * 4) == []
    assert sorted(committed) == [False, False, False, True]


def test_a_partition_that_is_not_asked_for_is_not_read(store: Store, make_document: Make) -> None:
    publish(store, NIGHT, [make_document(1)])
    publish(store, "2026-02-01", [make_document(2, "2026-02-01")])
    store.delete([info.key for info in store.list("tables/documents/collection=press/month=2026-02/")])
    assert len(ids(store, NIGHT)) == 1
    with pytest.raises(StorageError, match="tables/documents"):
        ids(store, "2026-02-01")


def test_text_is_in_no_statistics(store: Store, make_document: Make) -> None:
    publish(store, NIGHT, [make_document(1, title="Secret title", text="Secret text", authors=("Secret",))])
    log = b"".join(store.get(info.key) for info in store.list("tables/documents/_delta_log/"))
    assert b"Secret" not in log
    assert b"gazette.example" not in log


def test_columns_carry_their_meaning_in_the_table(store: Store, make_document: Make) -> None:
    publish(store, NIGHT, [make_document(1)])
    table = DeltaTable(store.url("tables/documents"), storage_options=store.table_options())
    metadata = {field.name: field.metadata for field in table.schema().fields}
    assert metadata["warc_offset"] == {
        "comment": "where the response record starts in that file",
        "unit": "bytes",
    }
    assert all(entry["comment"] for entry in metadata.values())
    assert table.metadata().partition_columns == ["collection", "month"]


def test_a_table_of_an_older_version_gains_its_new_columns(store: Store, make_document: Make) -> None:
    old = pa.schema([field for field in DOCUMENTS if field.name != "learned"])
    rows = to_arrow([make_document(1)]).select(old.names)
    table = replace(documents.TABLE, schema=old)
    delta.overwrite(store, table, rows, predicate="night = '2026-01-05'", transactions={"a": 1}, note={}, within="x")
    assert documents.rows(store, "press", NIGHT)["learned"].to_list() == [None]
    publish(store, NEXT, [make_document(2, NEXT, learned="l1")])
    assert found(store, make_document(1).document_id) == [make_document(1)]
    assert found(store, make_document(2).document_id)[0].learned == "l1"
    with pytest.raises(InvariantError, match="'learned' was added by a newer Tearsheet"):
        delta.overwrite(store, table, rows, predicate="night = ''", transactions={"a": 2}, note={}, within="x")


def test_what_a_column_is_said_to_mean_may_change(store: Store, make_document: Make) -> None:
    plain = pa.schema([pa.field(field.name, bare(field.type), nullable=field.nullable) for field in DOCUMENTS])
    table = replace(documents.TABLE, schema=plain)
    delta.overwrite(store, table, to_arrow([]), predicate="night = ''", transactions={"a": 1}, note={}, within="x")
    assert publish(store, NIGHT, [make_document(1)]).committed
    assert found(store, make_document(1).document_id) == [make_document(1)]


def bare(kind: pa.DataType) -> pa.DataType:
    """A type without the metadata of its parts."""
    if pa.types.is_list(kind):
        return pa.list_(pa.field("element", bare(kind.value_type), nullable=False))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(part.name, part.type, nullable=part.nullable) for part in kind])
    return kind


def test_a_table_of_another_shape_is_refused(store: Store, make_document: Make) -> None:
    other = pa.schema([pa.field("words", pa.string()) if field.name == "words" else field for field in DOCUMENTS])
    rows = to_arrow([make_document(1)])
    strange = rows.set_column(rows.column_names.index("words"), other.field("words"), pa.array(["2"]))
    table = replace(documents.TABLE, schema=other)
    delta.overwrite(store, table, strange, predicate="night = '2026-01-05'", transactions={"a": 1}, note={}, within="x")
    with pytest.raises(InvariantError, match="'words'"):
        publish(store, NIGHT, [make_document(1)])


def test_nothing_published_is_no_rows(store: Store) -> None:
    assert documents.rows(store, "press", NIGHT).shape == (0, len(DOCUMENTS))
    assert found(store, "0" * 20) == []


def test_an_unreachable_table_is_a_storage_error(store: Store, make_document: Make) -> None:
    store.put("tables/documents/_delta_log/00000000000000000000.json", b"no log\n")
    for attempt in (lambda: publish(store, NIGHT, [make_document(1)]), lambda: documents.fingerprints(store, [])):
        with pytest.raises(StorageError, match="tables/documents"):
            attempt()
