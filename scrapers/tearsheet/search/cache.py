"""What readers keep of indexes on their own disk, so that a second query asks the store for the manifests only.

    $TEARSHEET_CACHE, else $XDG_CACHE_HOME/tearsheet, else ~/.cache/tearsheet
      search/<store>/topics/<topic>/<build>/            a build's index, unpacked, and its rows
      search/<store>/topics/<topic>/<build>.jsonl.zst   its texts, once many of them had to be read
      search/<store>/together/<hash>/                   links to files of builds, and one ``meta.json`` over them

Everything is checked against the manifest's digests when it comes, made under another name and renamed, so that several
processes may share the folder; readable by its owner only. What no manifest names any more is deleted an hour after it
was used last: a process that opened it goes on reading it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tearsheet.errors import StorageError
from tearsheet.search.manifest import PREFIX, Build, build_key
from tearsheet.storage import Store

AT_ONCE = 8
SPARED_SECONDS = 3600.0
ROWS = ".parquet"
_INDEX, _TEXTS = ".tar", ".jsonl.zst"
_META = "meta.json"

Named = tuple[str, str, Build]
"""(topic, month, build)."""


class Cache:
    """The cached indexes of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        where = f"{store.client.meta.endpoint_url} {store.url()}"
        self.folder = _root() / PREFIX / hashlib.sha256(where.encode()).hexdigest()[:16]
        self._together = self.folder / "together"

    def together(self, builds: Iterable[Named]) -> Path:
        """A folder that tantivy opens as one index of some builds, with the rows of each; fetches what is not there.

        Raises:
            ObjectMissing: a build is gone, because its topic was published meanwhile: read the manifests again.
            StorageError: the store cannot be read, or a body is not what its manifest says.
        """
        listed = sorted(builds, key=lambda named: named[2].id)
        name = hashlib.sha256(" ".join(build.id for _, _, build in listed).encode()).hexdigest()[:20]
        target = self._together / name
        if not target.is_dir():
            with ThreadPoolExecutor(AT_ONCE, "builds") as fetching:
                folders = list(fetching.map(self._build, listed))
            with _draft(self._together) as draft:
                _join(folders, draft)
                _settle(draft, target)
        for used in (target, *map(self._place, listed)):
            _touch(used)
        return target

    def texts(self, named: Named) -> Path:
        """The file of a build's texts; fetched where it is not there."""
        target = self._place(named, _TEXTS)
        if not target.exists():
            with _draft(target.parent) as draft:
                _write(draft / target.name, self._body(named, _TEXTS))
                (draft / target.name).replace(target)
        _touch(target)
        return target

    def text(self, named: Named, offset: int, length: int) -> bytes:
        """One frame of a build's texts, from the disk or, if the texts are not there, from the store alone."""
        try:
            with self._place(named, _TEXTS).open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            return self._store.get_range(build_key(*named[:2], named[2].id, _TEXTS), offset, length)

    def sweep(self, builds: Iterable[Named], used: Path) -> None:
        """Delete what was not used for an hour: other builds of the same topics, and what was put together of any."""
        kept = {used, *(self._place(named, suffix) for named in builds for suffix in ("", _TEXTS))}
        before = time.time() - SPARED_SECONDS
        for folder in {self._together, *(path.parent for path in kept)}:
            for path in folder.iterdir():
                if path not in kept and _used(path) < before:
                    _delete(path)

    def _build(self, named: Named) -> Path:
        target = self._place(named)
        if not target.is_dir():
            with _draft(target.parent) as draft:
                _unpack(self._body(named, _INDEX), draft)
                _write(draft / f"{named[2].id}{ROWS}", self._body(named, ROWS))
                _settle(draft, target)
        return target

    def _body(self, named: Named, suffix: str) -> bytes:
        topic, month, build = named
        key = build_key(topic, month, build.id, suffix)
        body = self._store.get(key)
        if hashlib.sha256(body).hexdigest() != build.bodies[suffix].sha256:
            raise StorageError(
                f"{self._store.url(key)}: not what {PREFIX}/{topic}/index.json says; `tearsheet audit --repair` "
                "makes it again"
            )
        return body

    def _place(self, named: Named, suffix: str = "") -> Path:
        return self.folder / "topics" / named[0] / f"{named[2].id}{suffix}"


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder of this process's own beside what it is to become; what was not renamed goes."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():  # mkdir's own way to make parents leaves them open to others
            each.mkdir(mode=0o700, exist_ok=True)
    draft = Path(mkdtemp(prefix=".draft-", dir=folder))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _root() -> Path:
    if own := os.environ.get("TEARSHEET_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tearsheet"


def _unpack(body: bytes, draft: Path) -> None:
    """The files of an archive into a folder, and into no other; ``extractall`` has its filters since Python 3.11.4."""
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                _write(draft / Path(member.name).name, file.read())


def _join(folders: Iterable[Path], draft: Path) -> None:
    """A segment needs nothing but its own files and to be listed: those of several indexes make one."""
    meta: dict[str, object] = {}
    segments: list[object] = []
    for folder in folders:
        told = json.loads((folder / _META).read_bytes())
        segments += told["segments"]
        meta = told
        for path in folder.iterdir():
            if path.name != _META:
                (draft / path.name).hardlink_to(path)
    _write(draft / _META, json.dumps(meta | {"segments": segments}).encode())


def _settle(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:  # another process was first, with the same
        if not target.is_dir():
            raise


def _write(path: Path, body: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(body)


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except FileNotFoundError:  # swept by another process meanwhile; what is open stays readable
        return


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
