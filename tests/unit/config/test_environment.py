"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tearsheet.config import load_settings
from tearsheet.errors import ConfigError


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "tearsheet.yaml").write_text(
        "fetch: {contact: file@example.org, timeout: 5}\nstore: {url: s3://file/x}\n", "utf-8"
    )
    settings = load_settings(
        tmp_path,
        {
            "TEARSHEET_STORE": "s3://bucket/prefix",
            "TEARSHEET_STORE__CHECKSUMS": "false",
            "TEARSHEET_FETCH__CONTACT": "environment@example.org",
            "TEARSHEET_FETCH__MAX_BYTES": "20000",
            "TEARSHEET_EXTRACT__WORKERS": "",
            "TEARSHEET_CONFIG": "elsewhere",
            "UNRELATED__THING": "1",
        },
    )
    assert settings.store.model_dump() == {
        "url": "s3://bucket/prefix",
        "checksums": False,
        "conditional_writes": True,
        "lease_seconds": 600.0,
        "timeout": 60.0,
    }
    assert (settings.fetch.contact, settings.fetch.max_bytes) == ("environment@example.org", 20_000)
    assert settings.fetch.timeout == 5.0
    assert settings.extract.workers is None


def test_a_level_deeper(tmp_path: Path) -> None:
    (tmp_path / "tearsheet.yaml").write_text("rights: {noai: {action: do_not_fetch}}\n", "utf-8")
    rights = load_settings(tmp_path, {"TEARSHEET_RIGHTS__NOAI__SHARE": "true"}).rights
    assert rights.noai.model_dump() == {"action": "do_not_fetch", "share": True}
    assert rights.noarchive.model_dump() == {"action": "keep", "share": False}


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("TEARSHEET_RIGHTS__NOAI__SHRE", "true", "TEARSHEET_RIGHTS__NOAI__SHRE: 'shre' is unknown, did you mean"),
        ("TEARSHEET_RIGHTS__NOAI__ACTION", "drop", "TEARSHEET_RIGHTS__NOAI__ACTION: should be 'keep'"),
        ("TEARSHEET_RIGHTS__NOAI", "keep", "TEARSHEET_RIGHTS__NOAI: should"),
        ("TEARSHEET_STORE", "http://bucket", "TEARSHEET_STORE: should be s3://bucket"),
        ("TEARSHEET_FETCH__CONTCT", "a@b.org", "TEARSHEET_FETCH__CONTCT: 'contct' is unknown, did you mean 'contact'?"),
        ("TEARSHEET_FETH__CONTACT", "a@b.org", "TEARSHEET_FETH__CONTACT: 'feth' is unknown, did you mean 'fetch'?"),
        ("TEARSHEET_FETCH__TIMEOUT", "soon", "TEARSHEET_FETCH__TIMEOUT: should be a valid number"),
        (
            "TEARSHEET_FETCH__CONTACT",
            "nobody",
            "TEARSHEET_FETCH__CONTACT: 'nobody' is neither a mail address nor a URL",
        ),
        ("TEARSHEET_FETCH__CONTACT", "a@b.org\r\nX: y", "TEARSHEET_FETCH__CONTACT: "),
        ("TEARSHEET_FETCH__USER_AGENT", "Bot {name}", "TEARSHEET_FETCH__USER_AGENT: only {version} and {contact}"),
        ("TEARSHEET_FETCH__USER_AGENT", "Bot {", "TEARSHEET_FETCH__USER_AGENT: "),
        ("TEARSHEET_FETCH__PROXY", "socks5://me:secret@proxy", "TEARSHEET_FETCH__PROXY: should begin with http"),
    ],
)
def test_a_wrong_variable_is_named_and_its_secret_is_not(tmp_path: Path, name: str, value: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {name: value})
    assert str(caught.value).startswith(wanted)
    assert "secret" not in str(caught.value)


def test_the_agent_names_version_and_contact(tmp_path: Path) -> None:
    agent = load_settings(tmp_path, {"TEARSHEET_FETCH__CONTACT": "https://example.org/bot"}).fetch.agent
    assert agent.startswith("Tearsheet/")
    assert agent.endswith(" (+https://example.org/bot)")
    assert "loopback only" in load_settings(tmp_path, {}).fetch.agent
