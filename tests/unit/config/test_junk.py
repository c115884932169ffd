"""Whatever stands in the files: a configuration, or a ConfigError."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tearsheet.config import load
from tearsheet.errors import ConfigError

KEYS = st.sampled_from(
    [
        *(
            "sources",
            "id",
            "name",
            "homepage",
            "country",
            "language",
            "feeds",
            "defaults",
            "delay",
            "revisit",
            "schedule",
        ),
        *(
            "timezone",
            "title",
            "query",
            "collections",
            "fetch",
            "store",
            "url",
            "contact",
            "extract",
            "workers",
            "enabled",
        ),
        *("expect", "since", "lookback_days"),
    ]
)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.binary(max_size=4)),
    st.sampled_from(
        ["https://a.example/", "http://[", "KZ", "kk", "press", "Asia/Almaty", "* * * * *", "x" * 99, "\0"]
    ),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=4),
        st.dictionaries(SCALARS, inner, max_size=2),
    ),
    max_leaves=12,
)
BODIES = st.one_of(
    TREES.map(lambda tree: yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass")),
    st.text(alphabet="a:-[]{}&*!|>'\"%@`#,?~<= \n\t\\0x\ufeff", max_size=60).map(str.encode),
    st.binary(max_size=40),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["collections/press.yaml", "topics/harbours.yaml", "tearsheet.yaml"]), BODIES)
@example("topics/harbours.yaml", b'a: "\\ud800"')
@example("topics/harbours.yaml", b"? \n: 1")
@example("collections/press.yaml", b"timezone: '\\0'\nsources: [{id: [], name: {}}]")
@example("collections/press.yaml", b"timezone: Europe")
@example("tearsheet.yaml", b"fetch: {user_agent: '{0.__class__}', contact: '@'}")
def test_junk_is_a_configuration_error(folder: Path, file: str, body: bytes) -> None:
    before = (folder / file).read_bytes() if (folder / file).exists() else b""
    (folder / file).write_bytes(body)
    refused: list[str] = []
    try:
        load(folder, {})
    except ConfigError as error:
        refused.append(str(error))
    finally:
        (folder / file).write_bytes(before)
    assert all(file in told for told in refused), "the error names the file"


@pytest.mark.parametrize("name", ["tearsheet.yaml", "collections/b.yaml"])
def test_a_folder_in_the_place_of_a_file_is_told(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    with pytest.raises(ConfigError, match=f"{name}:1: cannot be read"):
        load(folder, {})
