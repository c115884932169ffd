from __future__ import annotations

import re
from pathlib import Path

import pytest

from tearsheet.pull import Archive
from tearsheet.storage import Access, Store
from tearsheet.storage.embedded import EmbeddedStore

PAGE = Path(__file__).parents[3] / "docs" / "data-format.md"


def here(code: str, store: Store, access: Access) -> str:
    """The page's code with the store of the test in place of the one it makes up."""
    code = code.replace("s3://bucket/prefix", store.url()).replace("kazakhstan-unrest", "unrest")
    code = code.replace("http://127.0.0.1:8333", access.endpoint)
    keys = iter((access.access_key, access.secret_key))
    return re.sub(r'"…"', lambda _: repr(next(keys)), code)


def test_the_code_on_the_page_runs(
    own: Archive, store: Store, embedded: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 4
    for block in blocks:
        exec(here(block, store, embedded.access), names)
    assert names["frame"].height == own.topic("unrest").all_versions().count()  # type: ignore[attr-defined]
