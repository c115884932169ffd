"""Rules that a source declares travel with the plan to the workers, and into keys, rows and the night's fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
from tests.unit.documents.conftest import COLLECTION, NIGHT, page

from tearsheet import harvest
from tearsheet.config.models import Collection, Configuration, RuleDeclaration, Settings, Source
from tearsheet.documents.pool import Pool
from tearsheet.documents.staging import load_staged, stage, staged_key
from tearsheet.documents.task import Context
from tearsheet.harvest.plan import Plan, plan_key
from tearsheet.harvest.publish import earliest
from tearsheet.model import SourceRule
from tearsheet.storage import Store
from tearsheet.tables.documents import fingerprint_of

BOX = "<div class='offer'><p>The pilots of the port sing every Friday for all who have read as far as this.</p></div>"
PAGE = page("Quay to be widened").replace(b"</article>", BOX.encode() + b"</article>")
PAGES = (("http://127.0.0.1/a", PAGE),)


def configuration(*rules: RuleDeclaration) -> Configuration:
    """One collection of one source with these rules."""
    source = Source(id="s", name="S", homepage="http://127.0.0.1/", country="KZ", language="kk", rules=rules)
    collection = Collection(id=COLLECTION, sources=(source,))
    return Configuration(settings=Settings(), collections={COLLECTION: collection}, topics={})


def planned(store: Store, *rules: RuleDeclaration) -> Plan:
    return harvest.make_plan(store, configuration(*rules), COLLECTION, NIGHT)


def extracted(store: Store, plan: Plan, key: str) -> pa.Table:
    """The rows of a night under its plan."""
    with Pool(1) as pool:
        stage(store, pool, [key], harvest.context(store, plan))
    return earliest(load_staged(store, harvest.context(store, plan)))


def test_a_re_run_keeps_the_rules_of_the_plan(store: Store) -> None:
    cut, keep = RuleDeclaration(cut=(".offer",)), RuleDeclaration(keep=(".offer",))
    assert harvest.context(store, planned(store, cut)) == harvest.context(store, planned(store, keep))
    store.delete([plan_key(COLLECTION, NIGHT)])
    assert harvest.context(store, planned(store, keep)).rules == {"s": (SourceRule(keep=(".offer",)),)}


def test_a_night_planned_anew_with_other_rules_has_other_rows(store: Store, segment: Callable[..., str]) -> None:
    key = segment(*PAGES)
    plain = planned(store)
    before = extracted(store, plain, key)
    store.delete([plan_key(COLLECTION, NIGHT)])
    ruled = planned(store, RuleDeclaration(cut=(".offer",)))
    after = extracted(store, ruled, key)
    assert staged_key(key, harvest.context(store, plain)) != staged_key(key, harvest.context(store, ruled))
    assert fingerprint_of(before) != fingerprint_of(after)
    (was,), (is_now,) = before.to_pylist(), after.to_pylist()
    assert "sing every Friday" in was["text"]
    assert "sing every Friday" not in is_now["text"]
    assert [(cut["reason"], cut["rule"]) for cut in is_now["removed"] if "sing" in cut["text"]] == [
        ("rule", "source:.offer")
    ]
    assert was["rules"] is None
    assert len(is_now["rules"]) == 20


def test_rules_that_do_not_hold_on_the_day_change_no_row(store: Store, segment: Callable[..., str]) -> None:
    key = segment(*PAGES)
    before = extracted(store, planned(store), key)
    store.delete([plan_key(COLLECTION, NIGHT)])
    later = RuleDeclaration.model_validate({"cut": [".offer"], "since": "2026-01-13"})
    after = extracted(store, planned(store, later), key)
    assert fingerprint_of(before) == fingerprint_of(after)
    assert after.drop_columns(["indexed_at", "config"]) == before.drop_columns(["indexed_at", "config"])


def test_a_page_is_handed_the_rules_of_its_source_alone() -> None:
    one, other = SourceRule(cut=("a",)), SourceRule(cut=("b",))
    shared = Context(collection="c", night=NIGHT, config="", extractor="", rules={"s": (one,), "t": (other,)})
    assert shared.of("s").rules == {"s": (one,)}
    assert shared.of("u").rules == {}


def test_where_nothing_is_declared_keys_are_what_they_were() -> None:
    context = Context(collection="c", night=NIGHT, config="", extractor="e")
    assert context.of("s") == context
    assert staged_key("raw/c/n/b.warc.gz", context) == f"staged/c/{NIGHT}/b.3f79bb7b435b.parquet"
    for other in (replace(context, withheld=frozenset({"noai"})), replace(context, robot="newsbot")):
        assert staged_key("raw/c/n/b.warc.gz", other) != staged_key("raw/c/n/b.warc.gz", context)
