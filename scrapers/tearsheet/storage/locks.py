"""Advisory locks that the kernel frees when their holder dies, however it dies: no pid is ever guessed about."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def hold(path: Path, *, shared: bool = False, wait: bool = True) -> int:
    """Lock a file (made with mode 0600) and return the descriptor that holds it; closing it frees the lock.

    Raises:
        BlockingIOError: someone holds it and ``wait`` is false.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock for the length of the block."""
    descriptor = hold(path, shared=shared)
    try:
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path, *, shared: bool = False) -> bool:
    """Whether anyone holds the lock (``shared``: holds it exclusively)."""
    with suppress(BlockingIOError):
        os.close(hold(path, shared=shared, wait=False))
        return False
    return True
