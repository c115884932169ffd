from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

import tearsheet
from tearsheet.errors import ConfigError
from tearsheet.pull import Archive
from tearsheet.storage import Store

HEAVY = {
    *("airflow", "scrapy", "trafilatura", "twisted", "lxml", "warcio", "pandas", "duckdb", "filelock", "psutil"),
    *("courlan", "deflate", "feedparser", "protego", "py3langid", "rensa", "tldextract"),
}
"""What only extras bring."""


def test_topics_and_sources_come_from_the_store(archive: Archive) -> None:
    topics = archive.topics().to_dicts()
    assert [(t["topic"], t["title"], t["query"], t["languages"]) for t in topics] == [
        ("unrest", "Unrest", "riot*", ["en"])
    ]
    sources = archive.sources()
    assert sources["source"].to_list() == ["gazette", "kurier"]
    named = archive.topic("unrest").to_polars().join(sources, on="source")
    assert {*named["name"]} == {"The Gazette", "Kurier"}


def test_what_a_newer_version_wrote_is_passed_over(own: Archive, store: Store) -> None:
    body = json.loads(store.get("config/current.json"))
    body["topics"]["unrest"]["mood"] = "grim"
    store.put("config/current.json", json.dumps(body).encode())
    assert own.topics()["topic"].to_list() == ["unrest"]


def test_an_unknown_topic_names_the_known(archive: Archive) -> None:
    with pytest.raises(ConfigError, match="no topic 'football'; it has: unrest"):
        archive.topic("football")


def test_a_topic_that_is_no_longer_configured_keeps_its_rows(own: Archive, store: Store) -> None:
    body = json.loads(store.get("config/current.json"))
    body["topics"] = {}
    store.put("config/current.json", json.dumps(body).encode())
    assert own.topics().height == 0
    assert own.topic("unrest").count() == 4


def test_a_configured_topic_may_have_no_rows(store: Store, own: Archive) -> None:
    body = json.loads(store.get("config/current.json"))
    body["topics"]["energy"] = body["topics"]["unrest"]
    store.put("config/current.json", json.dumps(body).encode())
    energy = own.topic("energy")
    assert (energy.count(), energy.to_polars().height, energy.nights().height) == (0, 0, 0)
    assert energy.one_per_cluster().to_arrow().schema == energy.schema


def test_a_store_without_nights_is_told_apart(store: Store) -> None:
    with pytest.raises(ConfigError, match=r"config/current.json is missing: no night was published there"):
        Archive(store).topic("unrest")
    assert Archive(store).documents().to_polars().height == 0
    store.put("config/current.json", b"{}")
    with pytest.raises(ConfigError, match="no configuration that this version can read"):
        Archive(store).topics()


def test_open_finds_the_store_by_argument_or_environment(
    own: Archive, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    assert tearsheet.open().topic("unrest").count() == 4
    monkeypatch.setenv("TEARSHEET_STORE", "s3://elsewhere")
    assert repr(tearsheet.open(store.url())) == repr(own)
    assert tearsheet.open(store.url(), checksums=False).topic("unrest").count() == 4
    with pytest.raises(ConfigError, match=r"colour: .*the options are: url, checksums"):
        tearsheet.open(store.url(), colour=True)
    with pytest.raises(ConfigError, match="url"):
        tearsheet.open("https://bucket.example/")


def run(code: str, environment: Mapping[str, str]) -> Any:
    """What a fresh interpreter prints as JSON."""
    import os

    done = subprocess.run([sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_bare_install_is_enough_to_read(own: Archive, store: Store) -> None:
    code = f"""
import sys, json
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import tearsheet
frame = tearsheet.open().topic("unrest").with_text().to_polars()
print(json.dumps([frame.height, sorted({{name.partition(".")[0] for name in sys.modules}})]))
"""
    height, loaded = run(code, store.environment())
    assert height == 4
    assert not HEAVY & {*loaded}


def test_importing_the_package_loads_nothing_large() -> None:
    code = """
import json, sys, time
before = {*sys.modules}
start = time.perf_counter()
import tearsheet
seconds = time.perf_counter() - start
from tearsheet import open
both = time.perf_counter() - start
print(json.dumps([seconds, both, sorted({*sys.modules} - before), dir(tearsheet)]))
"""
    seconds, both, loaded, names = run(code, {})
    assert not {"boto3", "polars", "pyarrow", "numpy", "pydantic", "deltalake"} & {*loaded}
    assert seconds < 0.05
    assert both < 0.3
    assert {"open", "Archive", "Article", "Count", "Selection"} <= {*names}
    with pytest.raises(AttributeError, match="close"):
        _ = tearsheet.close
