"""What sites wrote is text, whatever they wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from tests.unit.conftest import make_document  # noqa: F401 - a fixture
from tests.web.conftest import served
from tests.web.seeing import serious

from tearsheet.config import public
from tearsheet.config.models import Collection, Configuration, Settings, Source, Topic
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow
from tearsheet.topic import update
from tearsheet.web.app import create_app

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("web")]
SCRIPT = "<script>document.title='owned'</script>\"'><img src=https://evil.example/x onerror=alert(1)>"
TITLES = {
    1: f"{SCRIPT} riots",
    2: "احتجاجات في العاصمة riots",
    3: "首都の抗議行動が三日目に入る riots",
    4: "riots {{ 7 * 7 }} {% raw %} \u202eesrever",
    5: "riots " + "Donaudampfschifffahrtsgesellschaft" * 8,
}
TOPIC = Topic(id="riots", title=f"Riots {SCRIPT}", description=SCRIPT, query="riots", collections=("press",))


@pytest.fixture
def hostile(store: Store, make_document: Callable[..., Document]) -> Iterator[str]:  # noqa: F811 - the fixture above
    source = Source(id="gazette", name=f"Gazette {SCRIPT}", homepage="https://g.example/", country="GB", language="en")
    collections = {"press": Collection(id="press", sources=(source,))}
    configuration = Configuration(settings=Settings(), collections=collections, topics={TOPIC.id: TOPIC})
    store.put("config/current.json", public(configuration)[0])
    languages = {2: "ar", 3: "ja"}
    rows = [
        make_document(number, title=title, text=f"{title}. And a text.", language=languages.get(number, "en"))
        for number, title in TITLES.items()
    ]
    store.put("runs/press/2026-01-05/plan.json", b"{}")
    documents.publish(store, "press", "2026-01-05", to_arrow(rows))
    update(store, TOPIC)
    with served(create_app(Archive(store))) as url:
        yield url


@pytest.mark.parametrize("path", ["/", "/topics/riots", "/topics/riots?by=story", "/topics/riots/search?q=riots"])
def test_markup_is_text_on_every_page(hostile: str, visit: Callable[..., Page], path: str) -> None:
    page = visit(hostile + path, viewport={"width": 390, "height": 844})
    assert page.title() != "owned"
    assert page.locator("script, img").count() == 0
    assert SCRIPT in page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []


def test_each_script_runs_its_own_way(hostile: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{hostile}/topics/riots")
    arabic = page.locator(".headline > [lang=ar]")
    assert arabic.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert page.locator(".headline > [lang=ja]").inner_text() == TITLES[3]
    assert page.locator(".headline > *", has_text="{{ 7 * 7 }}").count() == 1
