"""What is shipped: the configuration, the starter, the schemas, the reference."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tearsheet.config import load, schemas, starter
from tearsheet.config.models import Settings
from tearsheet.config.reader import read
from tearsheet.config.reference import PAGE, page
from tearsheet.errors import ConfigError

ROOT = Path(__file__).parents[3]
CONFIG, DOCS, STARTER = ROOT / "config", ROOT / "docs", ROOT / "scrapers/tearsheet/config/starter"
SHIPPED = sorted([*CONFIG.rglob("*.yaml"), *STARTER.rglob("*.yaml")])
MEND = "run `python -m tearsheet.config.reference`"


def kind(path: Path) -> str:
    """The name of the schema a file is of."""
    return {"collections": "collection", "topics": "topic"}.get(path.parent.name, "settings")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_shipped_file_fits_the_schema_it_names(path: Path) -> None:
    jsonschema.validate(read(path).data, schemas()[kind(path)])
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text("utf-8"))
    assert named, "the first line names the schema"
    if path.is_relative_to(CONFIG):
        assert (path.parent / named[1]).resolve() == DOCS / "schema" / f"{kind(path)}.json"


@pytest.mark.parametrize("name", ["settings", "collection", "topic"])
def test_schemas_are_fresh_and_valid(name: str) -> None:
    schema: dict[str, Any] = json.loads((DOCS / "schema" / f"{name}.json").read_text("utf-8"))
    assert schema == schemas()[name], MEND
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_schema_refuses_what_the_loader_refuses() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"sources": [{"id": "a", "nmae": "A"}]}, schemas()["collection"])


def test_the_reference_is_fresh() -> None:
    assert (DOCS / PAGE).read_text("utf-8") == page(), MEND


def test_the_reference_has_every_key() -> None:
    text = page()
    for key in ("sources[].lookback_days", "defaults.revisit", "fetch.contact", "query", "TEARSHEET_STORE"):
        assert f"`{key}`" in text


def test_the_shipped_configuration_loads_and_sets_nothing() -> None:
    assert load(CONFIG, {}).settings == Settings()


def test_world_press_is_wide_and_says_that_nobody_checked_it() -> None:
    press = load(CONFIG, {}).collections["world-press"]
    assert not press.verified
    assert len(press.sources) >= 36
    assert len({source.country for source in press.sources}) >= 15
    assert len({source.language for source in press.sources}) >= 8
    assert {"en", "ru", "kk"} <= {source.language for source in press.sources if source.country == "KZ"}
    assert "https://thenewamerican.com/" in {source.homepage for source in press.sources}
    assert len({source.homepage for source in press.sources}) == len(press.sources)


def test_topics_are_in_more_than_one_language() -> None:
    topics = load(CONFIG, {}).topics
    assert {"kazakhstan-unrest", "energy-prices"} <= topics.keys()
    assert any(topic.languages and "en" not in topic.languages for topic in topics.values())


def test_the_starter_loads_and_overwrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "config"
    written = starter(folder)
    configuration = load(folder, {})
    assert configuration.settings == Settings()
    assert {topic.collections for topic in configuration.topics.values()} == {tuple(configuration.collections)}
    for path in written:
        named = path.read_text("utf-8").split("$schema=", 1)[1].split("\n", 1)[0]
        assert json.loads((path.parent / named).read_text("utf-8")) == schemas()[kind(path)]
    written[0].write_text("mine", "utf-8")
    written[1].unlink()
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        starter(folder)
    assert written[0].read_text("utf-8") == "mine"
    assert not written[1].exists()


def test_a_starter_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(ConfigError, match="cannot be written"):
        starter(tmp_path / "file")
