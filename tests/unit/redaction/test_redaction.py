"""No credentials in messages, whatever form they have, and none in the environment of who reads strangers' pages."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet.config.models import FetchSettings, Settings
from tearsheet.errors import FetchError, TearsheetError
from tearsheet.redaction import redacted, without_secrets

_ALLOWED = st.characters(exclude_characters="/\"'<>@", min_codepoint=33, max_codepoint=0x24F)
PASSWORDS = st.text(_ALLOWED, min_size=6)


@given(PASSWORDS, st.sampled_from(["", "@", "p@ss"]))
def test_user_info_goes_and_the_host_stays(password: str, more: str) -> None:
    secret = f"{more}{password}"
    told = redacted(f"asked http://reader:{secret}@proxy.example:3128/path?x=1 in vain")
    assert told == "asked http://***@proxy.example:3128/path?x=1 in vain"


@pytest.mark.parametrize(
    "harmless",
    [
        "https://medium.example/@author/1",
        "mailto:desk@example.org",
        "http://a.example/x and b@c.example",
        "no // here @",
    ],
)
def test_what_is_no_user_info_stays(harmless: str) -> None:
    assert redacted(harmless) == harmless


def test_a_short_secret_is_not_cut_out_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a")
    assert redacted("a night") == "a night"


def test_errors_hold_no_credentials_also_across_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "planted-session-token")
    error = FetchError("http://u:planted@h.example/ said planted-session-token and Authorization: Basic planted", 7)
    assert str(error.args[0]) == "http://***@h.example/ said *** and Authorization: ***"
    assert error.args[1] == 7
    assert pickle.loads(pickle.dumps(error)).args == error.args
    assert "planted" not in repr(error)
    assert str(TearsheetError("plain")) == "plain"


def test_settings_do_not_show_the_proxy() -> None:
    assert "planted" not in repr(Settings(fetch=FetchSettings(proxy="http://u:planted@127.0.0.1:3128/")))


def test_an_environment_without_secrets() -> None:
    secrets = [
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"),
        *(
            "_AIRFLOW_X",
            "https_proxy",
            "HTTP_PROXY",
            "TEARSHEET_FETCH__PROXY",
            "DB_PASSWORD",
            "GIT_TOKEN",
            "API_KEY",
        ),
    ]
    kept = {"PATH": "/bin", "HOME": "/root", "TEARSHEET_LOG_LEVEL": "INFO", "PYTHONPATH": "x", "no_proxy_here": "1"}
    assert without_secrets(dict.fromkeys(secrets, "planted") | kept) == kept
