"""The lease of a night: one run of a night at a time, told by one object in the store.

``runs/<collection>/<night>/lease.json`` names the run that works on the night.

- It is taken where nobody holds it: it never was, it was released, its run has not been heard of for its ``seconds``,
  or its process ran on this machine and is gone. Of several takers one wins (``If-None-Match``, ``If-Match``).
- A thread renews it. Whether it has expired is judged by the store's clock alone.
- A run that it was taken from finds out by its next renewal; ``confirm`` before each commit is one.
- An owner with a name (a DAG run) may let it rest between its tasks, and several of its tasks may share it.

Without conditional writes (``store.conditional_writes: false``) it holds off a run that starts later, and not one that
starts in the same moment: such a store is for a single writer.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from tearsheet.errors import BusyError, ObjectChanged, ObjectMissing, RecordError, StorageError
from tearsheet.storage import Store, Version

BEATS = 6
"""Renewals in the time after which a lease expires: so many in a row must fail before anybody may take it."""
_ATTEMPTS = 20
_DEAD = "ZX"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who holds a night; ``life`` tells its process from all others ever, None where it outlives its processes.

    ``seconds``: how long it holds after each renewal. ``beat`` makes each renewal a body of its own.
    """

    owner: str
    host: str
    pid: int
    life: str | None
    since: datetime
    seconds: float
    beat: str = ""
    released: bool = False

    @property
    def told(self) -> str:
        """The holder in words."""
        return f"{self.owner} (process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S} UTC)"

    def is_dead(self) -> bool:
        """Whether its process was one of this machine and is gone; one of another machine may always live."""
        if self.life is None or self.host != socket.gethostname() or not self.life.startswith(_machine()):
            return False
        return self.life != _life(self.pid)


_CLAIM = TypeAdapter(Claim)


class Unleased:
    """No lease: of a dry run, whose store is its own."""

    def check(self) -> None:
        """Go on unless the night is known to be another run's; asks nobody.

        Raises:
            BusyError: it is.
        """

    def confirm(self) -> None:
        """Renew now, so that what is committed next is committed by the night's only run.

        Raises:
            BusyError: the night is another run's.
            StorageError: the store fails.
        """


UNLEASED = Unleased()


class Lease(Unleased):
    """The lease of one night for one owner; see ``hold``."""

    def __init__(self, store: Store, collection: str, night: str, claim: Claim) -> None:
        self._store, self._claim = store, claim
        self._night = f"{collection} {night}"
        self._key = lease_key(collection, night)
        self._etag: str | None = None
        self._lost = ""
        self._renewing = Lock()

    def take(self) -> None:
        """Take the lease, or take it up again where this owner let it rest.

        Raises:
            BusyError: another run holds it; says who, since when, and until when.
        """
        for _ in range(_ATTEMPTS):
            standing = self._standing()
            if standing is not None:
                self._refuse_held(*standing)
            try:
                self._etag = self._write(standing[1].etag if standing else None)
            except ObjectChanged:  # somebody else was first: look again at who it is
                continue
            return
        raise BusyError(f"{self._night} is taken again and again, see {self._store.url(self._key)}; try it later")

    def check(self) -> None:
        """See ``Unleased.check``."""
        if self._lost:
            raise BusyError(self._lost)

    def confirm(self) -> None:
        """See ``Unleased.confirm``."""
        self.check()
        with self._renewing:
            for _ in range(_ATTEMPTS):
                try:
                    self._etag = self._write(self._etag)
                except ObjectChanged:
                    self._etag = self._still_ours()
                else:
                    return
        raise StorageError(
            f"{self._store.url(self._key)}: {_ATTEMPTS} renewals in a row came too late; run the night again"
        )

    def refuse_held(self) -> None:
        """See that no other owner holds the night; nothing is written.

        Raises:
            BusyError: another run holds it; says who, since when, and until when.
        """
        if (standing := self._standing()) is not None:
            self._refuse_held(*standing)

    def release(self) -> None:
        """Let anybody take it, if it still is this owner's."""
        for _ in range(_ATTEMPTS):
            standing = self._standing()
            if standing is None or standing[0].owner != self._claim.owner:
                return
            try:
                self._write(standing[1].etag, released=True)
            except ObjectChanged:
                continue
            return

    def _refuse_held(self, held: Claim, version: Version) -> None:
        if held.owner == self._claim.owner:
            self._claim = replace(self._claim, since=self._claim.since if held.released else held.since)
        elif not (held.released or version.age > held.seconds or held.is_dead()):
            ends = version.modified + timedelta(seconds=held.seconds)
            raise BusyError(
                f"{self._night} is held by {held.told}; {self._store.url(self._key)} was renewed "
                f"{version.age:.0f} s ago and ends at {ends:%H:%M:%S} UTC by the store's clock, in "
                f"{held.seconds - version.age:.0f} s, unless it is renewed. Wait for that run, or end it"
            )

    def _still_ours(self) -> str | None:
        """The ETag to replace after a sibling's renewal, None where the lease was deleted.

        Raises:
            BusyError: another run has taken it.
        """
        standing = self._standing()
        if standing is None:
            return None
        held, version = standing
        if held.owner != self._claim.owner:
            self._lost = (
                f"{self._night} was taken over by {held.told}, because this run had not been heard of for "
                f"{self._claim.seconds:.0f} s; it publishes nothing more, and what it fetched is kept. See "
                f"{self._store.url(self._key)}; wait for that run"
            )
            self.check()
        return version.etag

    def _standing(self) -> tuple[Claim, Version] | None:
        try:
            version = self._store.version(self._key)
            return _CLAIM.validate_json(version.body), version
        except ObjectMissing:
            return None
        except ValidationError as error:
            raise RecordError(f"{self._store.url(self._key)} is no lease ({error}); delete it") from error

    def _write(self, etag: str | None, *, released: bool = False) -> str:
        claim = replace(self._claim, beat=uuid4().hex, released=released)
        return self._store.put_if(self._key, _CLAIM.dump_json(claim, indent=1), etag)


def lease_key(collection: str, night: str) -> str:
    """Where the lease of a night stands."""
    return f"runs/{collection}/{night}/lease.json"


def refuse_running(store: Store) -> None:
    """See that no run works on any night: for what changes the tables under all of them.

    Raises:
        BusyError: one does; says which, and who.
    """
    for key in [info.key for info in store.list("runs/") if info.key.endswith("/lease.json")]:
        _, collection, night, _ = key.split("/")
        Lease(store, collection, night, claim(0)).refuse_held()


@contextmanager
def hold(
    store: Store, collection: str, night: str, seconds: float, *, owner: str | None = None, rest: bool = False
) -> Iterator[Lease]:
    """Hold the lease of a night for the length of the block.

    ``owner`` names a run that outlives this process; without one the lease is this process's. ``rest``: at the end of
    the block it is not released, so that the same owner takes it up again within ``seconds``.

    Raises:
        BusyError: another run holds it.
        StorageError: the store fails.
    """
    lease = Lease(store, collection, night, claim(seconds, owner))
    if not store.conditional_writes:
        log.warning("%s has no conditional writes: see that only one run writes there at a time", store.url())
    lease.take()
    ended = Event()
    beating = Thread(target=_beat, args=(lease, seconds / BEATS, ended), name="lease", daemon=True)
    beating.start()
    try:
        yield lease
    finally:
        ended.set()
        beating.join()
        if not rest:
            _give_back(lease, seconds)


def claim(seconds: float, owner: str | None = None) -> Claim:
    """A claim by this process, or by an owner that outlives it."""
    pid = os.getpid()
    return Claim(
        owner=owner or f"run {uuid4().hex[:12]}",
        host=socket.gethostname(),
        pid=pid,
        life=None if owner else _life(pid),
        since=datetime.now(UTC),
        seconds=seconds,
    )


def _beat(lease: Lease, pause: float, ended: Event) -> None:
    """Renew until the end; a store that fails for a moment ends no night, and one lost ends at its next check."""
    while not ended.wait(pause):
        try:
            lease.confirm()
        except BusyError as error:
            log.warning("%s", error)
            return
        except StorageError as error:
            log.warning("%s; the lease of the night is renewed again in %.0f s", error, pause)


def _give_back(lease: Lease, seconds: float) -> None:
    try:
        lease.release()
    except StorageError as error:
        log.warning("%s; the lease of the night was not released and ends by itself in %.0f s", error, seconds)


def _machine() -> str:
    """This boot of this machine, and the namespace in which its pids count: containers share the former."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return f"{boot} {Path('/proc/self/ns/pid').readlink()} "


def _life(pid: int) -> str | None:
    """What tells a running process from all others ever: where it runs, and the kernel's tick at which it began."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in _DEAD else f"{_machine()}{pid} {fields[18]}"
