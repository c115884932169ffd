"""Signing in: HTTP Basic over TLS, against the scrypt hashes of ``web.users``.

``python -m tearsheet.web.login NAME`` asks for a password and prints the line for ``web.users``.

- The comparison takes as long for a name that is unknown as for a wrong password, and one is made at a time: guessing
  is slow, whoever guesses.
- A right password is remembered by a keyed hash of its own process, so that a page does not cost a scrypt each.
"""

from __future__ import annotations

import base64
import binascii
import getpass
import hashlib
import hmac
import os
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tearsheet.config.rules import USER
from tearsheet.errors import ConfigError

COST, BLOCK, PARALLEL = 2**15, 8, 1
CHALLENGE = {"www-authenticate": 'Basic realm="Tearsheet", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class User:
    """A name and what its password comes to."""

    name: str
    cost: int
    block: int
    parallel: int
    salt: bytes
    hash: bytes

    @classmethod
    def of(cls, name: str, password: str) -> User:
        """A user with a salt of its own."""
        bare = cls(name, COST, BLOCK, PARALLEL, os.urandom(16), b"")
        return cls(name, COST, BLOCK, PARALLEL, bare.salt, bare.hashed(password))

    @classmethod
    def read(cls, line: str) -> User:
        """A user from its line in ``web.users``.

        Raises:
            ConfigError: it is none.
        """
        if (found := USER.fullmatch(line)) is None:
            raise ConfigError("web.users: a line is no user: take what `python -m tearsheet.web.login NAME` prints")
        salt, digest = (base64.b64decode(found[part]) for part in ("salt", "hash"))
        return cls(found["name"], int(found["n"]), int(found["r"]), int(found["p"]), salt, digest)

    def line(self) -> str:
        """As it stands in ``web.users``."""
        salt, digest = (base64.b64encode(each).decode() for each in (self.salt, self.hash))
        return f"{self.name}:scrypt${self.cost}${self.block}${self.parallel}${salt}${digest}"

    def hashed(self, password: str) -> bytes:
        """What a password comes to with this user's salt and cost."""
        memory = 256 * self.block * (self.cost + self.parallel)
        return hashlib.scrypt(
            password.encode(), salt=self.salt, n=self.cost, r=self.block, p=self.parallel, maxmem=memory, dklen=32
        )


class SignedIn:
    """Answers only who signs in as one of ``users``."""

    def __init__(self, app: ASGIApp, users: Iterable[User]) -> None:
        self._app = app
        self._users = {user.name: user for user in users}
        self._nobody = User.of("", base64.b64encode(os.urandom(16)).decode())
        self._secret = os.urandom(32)
        self._right: set[bytes] = set()
        self._one_at_a_time = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or ask for a password."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        header = Headers(scope=scope).get("authorization", "")
        known: bool = await run_in_threadpool(self._knows, header) if header else False
        if known:
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse("Sign in to read this archive.\n", 401, CHALLENGE)(scope, receive, send)

    def _knows(self, header: str) -> bool:
        name, password = _told(header)
        token = hmac.digest(self._secret, f"{name}\0{password}".encode(), "sha256")
        if token in self._right:
            return True
        user = self._users.get(name, self._nobody)
        with self._one_at_a_time:
            right = hmac.compare_digest(user.hashed(password), user.hash)
        if right and user is not self._nobody:
            self._right.add(token)
            return True
        return False


def _told(header: str) -> tuple[str, str]:
    """Name and password of an Authorization header; both empty where it is another kind, or none."""
    kind, _, value = header.partition(" ")
    try:
        name, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (name, password) if kind.lower() == "basic" else ("", "")


def main(name: str) -> None:
    """Ask for a password, twice, and print the line."""
    password = getpass.getpass(f"Password of {name}: ")
    if not password or password != getpass.getpass("Again: "):
        sys.exit("the two are not the same, or empty; run it again")
    line = User.of(name, password).line()
    User.read(line)
    print(line)  # noqa: T201 - this is what it is run for


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tearsheet.web.login NAME")
    main(sys.argv[1])
