"""The small decisions: what a status means, where a redirect leads, how long to wait, what a log may say."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scrapy.http import Response

from tearsheet.config.models import Limits, Source
from tearsheet.middlewares.backoff import retry_after
from tearsheet.redaction import redacted
from tearsheet.spiders.asking import outcome_of, redirect_target
from tearsheet.spiders.hosts import is_loopback
from tearsheet.spiders.logs import JsonLines
from tearsheet.spiders.process import slots


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "failed.not_found"),
        (410, "failed.gone"),
        (451, "failed.legal"),
        (401, "failed.forbidden"),
        (403, "failed.forbidden"),
        (400, "failed.http_400"),
        (304, "failed.http_304"),
        (408, "pending.timeout"),
        (429, "pending.rate_limited"),
        (500, "pending.http_5xx"),
        (599, "pending.http_5xx"),
    ],
)
def test_a_status_has_an_outcome(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (302, "/b?x=1", "http://a.example/b?x=1"),
        (301, "//b.example/c", "http://b.example/c"),
        (308, "https://a.example/ü", "https://a.example/%C3%BC"),
        (302, "http://reader:planted@b.example/c", "http://b.example/c"),
        (302, "javascript:void(0)", None),
        (302, "", None),
        (200, "/b", None),
        (304, "/b", None),
    ],
)
def test_a_redirect_has_a_target(status: int, location: str, target: str | None) -> None:
    response = Response("http://a.example/dir/a", status=status, headers={"Location": location})
    assert redirect_target(response) == target


def test_retry_after_is_seconds_or_a_date() -> None:
    def waits(value: str) -> float | None:
        return retry_after(Response("http://a.example/", headers={"Retry-After": value}))

    assert waits("120") == 120.0
    assert waits("soon") is None
    assert waits("-5") is None
    assert waits("") is None
    assert 50.0 < (waits(format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)) or 0.0) <= 60.0
    assert waits("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize("host", ["localhost", "press.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "localhost."])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(f"http://{host}:8080/path")


@pytest.mark.parametrize("host", ["gazette.example", "10.0.0.1", "localhost.example", "127.0.0.1.example", "[::2]"])
def test_others_are_not(host: str) -> None:
    assert not is_loopback(f"http://{host}/")


def test_a_site_has_one_slot_with_the_longest_delay() -> None:
    declared = [
        ("https://www.gazette.kz/", 1.0),
        ("https://sport.gazette.kz/", 3.0),
        ("http://other.example/", 0.5),
    ]
    sources = [
        Source(id=f"s-{n}", name="n", homepage=url, country="KZ", language="kk", limits=Limits(delay=delay))
        for n, (url, delay) in enumerate(declared)
    ]
    assert slots(sources) == {
        "gazette.kz": {"concurrency": 1, "delay": 3.0},
        "other.example": {"concurrency": 1, "delay": 0.5},
    }


def test_a_log_line_is_json_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t/key")
    error = ValueError("http://user:pa55word@proxy.example:3128 said s3cr3t/key")
    happened = (ValueError, error, None)
    record = logging.LogRecord("tearsheet", logging.ERROR, __file__, 1, "it\nfailed at %s", ("x",), happened)
    record.source = "gazette"
    record.url = "https://a.example/?token=abc&page=2"
    text = JsonLines().format(record)

    line = json.loads(text)
    assert "\n" not in text
    assert (line["level"], line["message"], line["source"]) == ("error", "it\nfailed at x", "gazette")
    assert line["url"] == "https://a.example/?token=***&page=2"
    assert "http://***@proxy.example:3128 said ***" in line["error"]
    assert "pa55word" not in text
    assert "s3cr3t" not in text


def test_authorisation_is_redacted() -> None:
    assert redacted("{'Proxy-Authorization': 'Basic dXNlcg=='}") == "{'Proxy-Authorization': ***}"
    assert redacted("Authorization: Bearer abc def") == "Authorization: ***"
