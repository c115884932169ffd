"""Which addresses are connected to: judged by rule, and in real crawls by what was asked of whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.spiders.press import Desk, Run, feed

from tearsheet.config import load_settings
from tearsheet.config.models import FetchSettings
from tearsheet.errors import ConfigError
from tearsheet.spiders.addresses import Reach, declared_urls, reach_of, spelled

NAMES = Path(__file__).parents[2] / "hostile" / "names"
FORBIDDEN = "failed.forbidden_address"

NOT_PUBLIC = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 192.0.0.8 192.0.2.1 192.168.1.1
198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254
::7f00:1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: 100::1 2001:db8::1 fc00::1 fd12::1 fe80::1 fec0::1 ff02::1
""".split()  # noqa: SIM905 - a list of quoted addresses is harder to read
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert Reach().refuses("paper.example", 80, address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_not(address: str) -> None:
    assert not Reach().refuses("paper.example", 80, address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("2852039166", "169.254.169.254"),
        ("127.0.0.1.", "127.0.0.1"),
        ("::ffff:7f00:1", "::ffff:7f00:1"),
        ("paper.example", None),
        ("пресса.example", None),
    ],
)
def test_addresses_are_read_in_every_spelling(host: str, address: str | None) -> None:
    assert spelled(host) == address


def test_a_declared_host_opens_itself_alone() -> None:
    urls = ("http://127.0.0.1:8080/", "http://localhost/", "http://inside.example/", "http://10.0.0.7/")
    reach = reach_of(FetchSettings(), urls)
    assert not reach.refuses("127.0.0.1", 8080, "127.0.0.1")
    assert not reach.refuses("localhost", 80, "127.0.0.1")
    assert not reach.refuses("10.0.0.7", 80, "10.0.0.7")
    assert reach.refuses("127.0.0.1", 9200, "127.0.0.1")
    assert reach.refuses("127.0.0.2", 8080, "127.0.0.2")
    assert reach.refuses("localhost", 80, "10.0.0.7")
    assert reach.refuses("inside.example", 80, "10.0.0.7")
    assert reach.refuses_url("http://2130706433:9200/") == "127.0.0.1"
    assert reach.refuses_url("http://press.localhost/") == "127.0.0.1"
    assert reach.refuses_url("http://127.0.0.1:8080/page") is None
    assert reach.refuses_url("http://inside.example/") is None


def test_the_settings_open_networks(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"TEARSHEET_FETCH__PRIVATE_NETWORKS": "10.1.0.0/16, fd00::/8"})
    reach = reach_of(settings.fetch, ())
    assert not reach.refuses("inside.example", 80, "10.1.2.3")
    assert not reach.refuses("inside.example", 80, "fd00::1")
    assert not reach.refuses("inside.example", 80, "::ffff:10.1.2.3")
    assert reach.refuses("inside.example", 80, "10.2.0.1")
    (tmp_path / "tearsheet.yaml").write_text("fetch: {private_networks: [10.1.0.0/8]}", "utf-8")
    with pytest.raises(ConfigError, match=r"tearsheet.yaml:1: fetch.private_networks.*'10.1.0.0/8' is no network"):
        load_settings(tmp_path, {})


def test_no_redirect_leads_into_this_machine(desk: Desk) -> None:
    site, secret = desk.site("/good.html"), desk.site("/secret.html")
    hosts = ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
    for number, host in enumerate(hosts):
        target = f"http://{host}:{secret.port}/secret.html"
        site.on(f"/{number}", status=302, headers={"Location": target})
    elsewhere = ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[fd00:ec2::254]/"]
    for number, target in enumerate(elsewhere, len(hosts)):
        site.on(f"/{number}", status=302, headers={"Location": target})
    paths = [f"/{number}" for number in range(len(hosts) + len(elsewhere))]
    site.on("/feed.xml", feed(*(site.url(path) for path in ("/good.html", *paths))), kind="application/rss+xml")
    channels = (site.url("/feed.xml"), site.url("/0"), site.url("/8"))

    run = desk.crawl(desk.source(site, feeds=channels), fetch={"contact": "desk@press.example"})

    outcomes = run.outcomes()
    assert outcomes.pop("good.html") == "captured"
    assert set(outcomes.values()) <= {FORBIDDEN, "failed.redirect_foreign"}
    assert FORBIDDEN in (run.channels()["0"] or "")
    assert FORBIDDEN in (run.channels()["8"] or "")
    assert secret.hits == []


def by_name(desk: Desk, names: dict[str, list[str]], port: int, **fetch: object) -> Run:
    """A crawl of a site whose feed is declared at a name."""
    site = desk.sites[0]
    source = desk.source(site, feeds=tuple(f"http://{name}:{port}/feed.xml" for name in names))
    environment = {"PYTHONPATH": str(NAMES), "NAMES": json.dumps(names)}
    return desk.crawl(source, environment=environment, fetch={"contact": "desk@press.example", "retries": 2} | fetch)


def test_a_name_is_judged_by_what_it_resolves_to_and_asked_no_second_time(desk: Desk) -> None:
    site, secret = desk.site("/one.html"), desk.site()
    names = {"inside.test": ["127.0.0.1"], "cloud.test": ["169.254.169.254"], "nowhere.test": ["name.invalid"]}

    run = by_name(desk, names, secret.port)

    assert run.report is not None
    errors = {c.url.split("/")[2].split(":")[0]: c.error or "" for c in run.report.sources[0].channels}
    assert errors["inside.test"].startswith(FORBIDDEN)
    assert "leads to 127.0.0.1, which is no public address; fetch.private_networks can open it" in errors["inside.test"]
    assert errors["cloud.test"].startswith(FORBIDDEN)
    assert errors["nowhere.test"].startswith("pending.")
    assert secret.hits == []
    assert site.hits


def test_an_opened_network_is_asked_by_name_and_rebinding_reaches_nobody(desk: Desk) -> None:
    site = desk.site("/one.html")
    names = {"opened.test": ["127.0.0.1"], "turning.test": ["127.0.0.1", "169.254.169.254"]}

    run = by_name(desk, names, site.port, private_networks=["127.0.0.1"])

    assert run.report is not None
    errors = {c.url.split("/")[2].split(":")[0]: c.error for c in run.report.sources[0].channels}
    assert errors == {"opened.test": None, "turning.test": None, "127.0.0.1": None}
    assert site.asked("/feed.xml") == 2, "the address that was checked is the address that was asked"


def test_a_source_in_a_forbidden_network_says_so(desk: Desk) -> None:
    site = desk.site("/one.html")
    names = {"paper.test": ["127.0.0.1"]}
    source = desk.source(site, feeds=(), sitemaps=None).model_copy(
        update={"homepage": f"http://paper.test:{site.port}/"}
    )

    run = desk.crawl(
        source,
        environment={"PYTHONPATH": str(NAMES), "NAMES": json.dumps(names)},
        fetch={"contact": "desk@press.example"},
    )

    assert run.code == 0
    assert all((error or "").startswith(FORBIDDEN) for error in run.channels().values())
    assert run.report is not None
    assert run.report.sources[0].error is None
    assert site.hits == []


def test_behind_a_proxy_spelled_addresses_are_refused_and_names_are_the_proxys(desk: Desk) -> None:
    proxy = desk.site()
    proxy.on("http://name.example/feed.xml", feed(), kind="application/rss+xml")
    spelled_otherwise = {"a": "http://2852039166/feed.xml", "b": "http://localhost:1/feed.xml"}
    for name, target in spelled_otherwise.items():
        proxy.on(f"http://name.example/{name}", status=302, headers={"Location": target})
    feeds = ("http://name.example/feed.xml", "http://name.example/a", "http://name.example/b")
    source = desk.source(proxy, feeds=feeds)

    run = desk.crawl(source, fetch={"contact": "desk@press.example", "proxy": proxy.url()})

    asked = {hit.path for hit in proxy.hits}
    assert "http://name.example/feed.xml" in asked
    assert not any("2852039166" in path or "localhost" in path for path in asked)
    assert run.report is not None
    errors = [channel.error or "" for channel in run.report.sources[0].channels]
    assert sum(error.startswith(FORBIDDEN) for error in errors) == 2


def test_what_a_source_is_declared_with_is_declared(desk: Desk) -> None:
    source = desk.source(desk.site(), feeds=("http://a.example/f",), sections=("http://b.example/s",))
    assert set(declared_urls([source])) == {source.homepage, "http://a.example/f", "http://b.example/s"}
