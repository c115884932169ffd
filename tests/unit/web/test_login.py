from __future__ import annotations

import base64

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tearsheet.errors import ConfigError
from tearsheet.web.login import SignedIn, User

PASSWORD = "correct: horse ☃"


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"read {Request(scope).url.path}")(scope, receive, send)


@pytest.fixture(scope="module")
def anna() -> User:
    return User.of("anna", PASSWORD)


@pytest.fixture(scope="module")
def client(anna: User) -> TestClient:
    return TestClient(SignedIn(page, [User.read(anna.line())]))


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_a_line_holds_no_password_and_reads_back(anna: User) -> None:
    assert User.read(anna.line()) == anna
    assert PASSWORD not in anna.line()
    assert User.of("anna", PASSWORD).line() != anna.line()
    with pytest.raises(ConfigError, match=r"web.users: .*python -m tearsheet.web.login"):
        User.read("anna:secret")


def test_the_right_password_opens(client: TestClient) -> None:
    for _ in range(2):  # the second is remembered
        answer = client.get("/x", headers={"authorization": basic("anna", PASSWORD)})
        assert (answer.status_code, answer.text) == (200, "read /x")


@pytest.mark.parametrize(
    "header",
    [
        "",
        basic("anna", "wrong"),
        basic("anna", ""),
        basic("bert", PASSWORD),
        basic("", ""),
        "Basic !!!",
        "Basic",
        "Bearer " + basic("anna", PASSWORD).partition(" ")[2],
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_anything_else_is_asked_for_a_password(client: TestClient, header: str) -> None:
    answer = client.get("/x", headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "read" not in answer.text.partition("Sign in to ")[0]
