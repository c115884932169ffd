"""A value that is kept and made again in the background when it has grown old."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

_LOG = logging.getLogger(__name__)
Value = TypeVar("Value")


class Fresh(Generic[Value]):
    """What ``make`` gives, at most ``seconds`` old plus the time it takes to make it.

    The first who asks waits for it. Later ones get what there is, and the first who finds it old has it made again
    beside them; should that fail, the next one makes it and is told why it fails. ``make`` gets the value before.
    """

    def __init__(self, make: Callable[[Value | None], Value], seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._making = threading.Lock()
        self._value: Value | None = None
        self._made_at = float("-inf")
        self._broken = True

    def get(self) -> Value:
        """The value; whatever ``make`` raises where there is none that still counts."""
        if self._value is None or self._broken:
            with self._making:
                if self._value is None or self._broken:
                    self._renew()
        elif time.monotonic() - self._made_at > self._seconds and self._making.acquire(blocking=False):
            threading.Thread(target=self._beside, name="catalogue", daemon=True).start()
        assert self._value is not None  # noqa: S101 - for mypy: it was made, or its error was raised
        return self._value

    def _renew(self) -> None:
        try:
            self._value = self._make(self._value)
        except BaseException:
            self._broken = True
            raise
        self._made_at = time.monotonic()
        self._broken = False

    def _beside(self) -> None:
        try:
            self._renew()
        except Exception as error:  # noqa: BLE001 - the next who asks makes it again, and is told
            _LOG.warning("what the catalogue keeps could not be made again: %s", error)
        finally:
            self._making.release()
