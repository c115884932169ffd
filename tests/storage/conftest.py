"""Stores that misbehave: boto3's own hooks put an answer, or the lack of a header, in front of the real server."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HTTPHeaders

from tearsheet.storage import Store


class _Raw(BytesIO):
    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


class Faults:
    """What can be wrong with the store of the test."""

    def __init__(self, store: Store) -> None:
        self._events: Any = store.client.meta.events

    def answer(self, operation: str, status: int, code: str, *, times: int | None = None, **headers: str) -> None:
        """Give the first ``times`` requests of an operation (all, if none are told) an error (no code: no error)."""
        left = itertools.count() if times is None else iter(range(times))
        body = f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode() if code else b""

        def instead(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
            answered = next(left, None) is not None
            return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), _Raw(body)) if answered else None

        self._events.register(f"before-send.s3.{operation}", instead)

    def lose_an_answer(self, operation: str) -> None:
        """Let an answer be lost on its way back, after the server did what was asked: boto3 asks again."""
        left = iter(range(1))

        def lost(**_: object) -> int | None:
            return next(left, None)

        self._events.register_first(f"needs-retry.s3.{operation}", lost)

    def requests(self, operation: str) -> list[str]:
        """The URLs of the requests of an operation from now on."""
        sent: list[str] = []

        def note(request: AWSPreparedRequest, **_: object) -> None:
            sent.append(request.url)

        self._events.register_first(f"before-send.s3.{operation}", note)
        return sent

    def headers(self, operation: str, name: str) -> list[str | None]:
        """What a header of the requests of an operation says from now on, None where it is not sent."""
        sent: list[str | None] = []

        def note(request: AWSPreparedRequest, **_: object) -> None:
            value = request.headers.get(name)
            sent.append(value.decode() if isinstance(value, bytes) else value)

        self._events.register_first(f"before-send.s3.{operation}", note)
        return sent

    def ignore(self, operation: str, header: str) -> None:
        """Let the store act as if it did not know a header."""

        def strip(params: dict[str, Any], **_: object) -> None:
            params["headers"].pop(header, None)

        self._events.register(f"before-call.s3.{operation}", strip)

    def short_pages(self, size: int) -> None:
        """Let listings come in pages of ``size`` entries."""

        def shorten(params: dict[str, Any], **_: object) -> None:
            params["MaxKeys"] = size

        self._events.register("before-parameter-build.s3.ListObjectsV2", shorten)


@pytest.fixture
def faults(store: Store) -> Faults:
    """The faults that the test's own store can be given."""
    return Faults(store)


@pytest.fixture
def within() -> Callable[[float, Callable[[], bool]], bool]:
    """Wait until something is reached; false if it is not within so many seconds."""

    def wait(seconds: float, reached: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + seconds
        while not (done := reached()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return done

    return wait
