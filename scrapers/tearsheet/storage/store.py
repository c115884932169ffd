"""The store: keys under one prefix of one S3 bucket.

- A key is relative to the prefix, has no leading ``/`` and no empty, ``.`` or ``..`` segment.
- ``put_new`` writes an object once: of several writers exactly one wins, and a writer's own repeated request is none.
- ``put_if`` replaces what its writer has read, by its ETag: of several writers exactly one wins.
- No proxy of the environment is ever used, neither here nor by the table readers that take ``table_options``.
- Credentials, profile, region and endpoint are found as boto3 finds them (``AWS_*``, ``AWS_ENDPOINT_URL_S3``).
- Every failure is a ``StorageError`` that names the object's URL and the mend.

Threads may share a ``Store``; another process opens its own, from the variables of ``Store.environment``.
"""

from __future__ import annotations

import builtins
import hashlib
import os
import re
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tearsheet.errors import ConfigError, ObjectChanged, ObjectExists, ObjectMissing, StorageError
from tearsheet.storage import access as reach
from tearsheet.storage import bodies
from tearsheet.storage.failures import error_code, translated

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef, ObjectIdentifierTypeDef

    from tearsheet.config.models import StoreSettings

_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]*[a-z0-9])(?:/(?P<prefix>.*))?")
_SEGMENT = re.compile(r"[^\x00-\x1f\x7f\\/]+")
_CONFLICTS = frozenset({"409", "ConditionalRequestConflict", "OperationAborted"})
_TAKEN = frozenset({"412", "PreconditionFailed"})
_GONE = frozenset({"404", "NoSuchKey"})
_CONFLICT_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
_DELETE_BATCH = 1000


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One listed object: key below the prefix, bytes, time of last change."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload in parts that is under way, or was left: key below the prefix, the store's id, when it began."""

    key: str
    id: str
    begun: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """An object as it was read: its body, the ETag that names it, when it was written and read by the store's clock."""

    body: bytes
    etag: str
    modified: datetime
    read_at: datetime

    @property
    def age(self) -> float:
        """Seconds since it was written, whatever this machine's clock says; the store tells whole seconds."""
        return (self.read_at - self.modified).total_seconds()


class Store:
    """Objects below ``s3://bucket/prefix``; every key is relative to that prefix.

    Nothing is sent before the first call. ``access`` is given where endpoint and key do not come from the environment;
    ``leaving`` holds what ``close`` has to give back; ``client`` is boto3's, for what has no method here.

    Raises:
        ConfigError: ``url`` is no ``s3://bucket/prefix``.
        StorageError: from every method, where the store refuses, fails or cannot be reached.
    """

    def __init__(
        self,
        url: str,
        *,
        settings: StoreSettings,
        access: reach.Access | None = None,
        leaving: ExitStack | None = None,
    ) -> None:
        matched = _URL.fullmatch(url.rstrip("/"))
        if not matched:
            raise ConfigError(
                f"{url!r} is no store; `store.url` (TEARSHEET_STORE) is s3://bucket or s3://bucket/prefix"
            )
        self.bucket = matched["bucket"]
        self._root = f"{matched['prefix']}/" if matched["prefix"] else ""
        if self._root:
            _checked(self._root[:-1])
        self._access = access
        self.conditional_writes = settings.conditional_writes
        self._timeout = settings.timeout
        self._session, self.client = reach.connect(url, settings, access)
        resources = leaving or ExitStack()
        resources.callback(self.client.close)
        self._closing = weakref.finalize(self, resources.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop connections and, where this store uses the embedded server, leave it; the last to leave stops it."""
        self._closing()

    def url(self, key: str = "") -> str:
        """The s3:// URL of a key or prefix; without one, of the store itself; no slash at the end."""
        return f"s3://{self.bucket}/{self._root}{key}".rstrip("/")

    def environment(self) -> dict[str, str]:
        """The variables with which a child process opens this store: they add to the ones it inherits."""
        return {"TEARSHEET_STORE": self.url(), **(self._access.environment() if self._access else {})}

    def table_options(self) -> dict[str, str]:
        """Storage options for deltalake and polars; ask anew for each table: credentials of a role expire.

        Puts the endpoint's host into this process's NO_PROXY: the table readers have no other switch.
        """
        reach.bypass_proxies(self.client)
        return reach.table_options(self.url(), self._session, self.client, self._timeout)

    def get(self, key: str) -> bytes:
        """The whole object, as it was written.

        Raises:
            ObjectMissing: no object stands at the key.
            StorageError: it is damaged, or breaks off, however often it is read.
        """
        with translated(self.url(key)):
            return bodies.whole(self.url(key), partial(self.client.get_object, Bucket=self.bucket, Key=self._key(key)))

    def get_with_digest(self, key: str) -> tuple[bytes, str | None]:
        """The whole object, damaged or not, and the sha256 of what was written; None where others wrote it.

        For WARCs, whose records have digests of their own.

        Raises:
            ObjectMissing: no object stands at the key.
        """
        with translated(self.url(key)):
            return bodies.read(partial(self.client.get_object, Bucket=self.bucket, Key=self._key(key)))

    def version(self, key: str) -> Version:
        """The whole object with its ETag and times: for whoever will replace it by ``put_if``.

        Raises:
            ObjectMissing: no object stands at the key.
        """
        with translated(self.url(key)):
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(key))
            read_at = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
            return Version(answer["Body"].read(), answer["ETag"], answer["LastModified"].astimezone(UTC), read_at)

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, fewer only where the object ends; damage is for the caller to find.

        Raises:
            ObjectMissing: no object stands at the key.
            StorageError: the object ends before ``offset``, or the store ignores ranges.
        """
        if length <= 0:
            return b""

        def ask() -> GetObjectOutputTypeDef:
            answer = self.client.get_object(
                Bucket=self.bucket, Key=self._key(key), Range=f"bytes={offset}-{offset + length - 1}"
            )
            if "ContentRange" not in answer:
                raise StorageError(f"{self.url(key)}: the store ignores byte ranges; use one that honours them")
            return answer

        with translated(self.url(key)):
            return bodies.whole(self.url(key), ask)

    def put(self, key: str, body: bytes | Path) -> None:
        """Write or replace an object; a ``Path`` is streamed from its file."""
        with translated(self.url(key)), _opened(body) as stream:
            metadata = {bodies.REPLACEABLE: _sha256(stream)}
            self.client.put_object(Bucket=self.bucket, Key=self._key(key), Body=stream, Metadata=metadata)

    def put_new(self, key: str, body: bytes | Path) -> None:
        """Write an object once (``If-None-Match: *``); a ``Path`` is streamed from its file.

        The body's sha256 stands in the object's metadata, so that a request which was repeated after a lost answer
        is told from another writer's. Without conditional writes (``store.conditional_writes: false``) the key
        is looked up first, which is safe for one writer only.

        Raises:
            ObjectExists: another body stands at the key.
        """
        with _opened(body) as stream:
            digest = _sha256(stream)
            written = self._write_where(key, stream, {bodies.WRITTEN_ONCE: digest}, None)
        if not written and self._digest(key) != digest:
            raise ObjectExists(
                f"{self.url(key)}: another object stands here and objects are written once; choose a new key"
            )

    def put_if(self, key: str, body: bytes, etag: str | None) -> str:
        """Replace the version of an object that ``etag`` names (``If-Match``), None: write where none stands.

        Returns the new version's ETag. Two writers' bodies must differ: by its sha256 a request that was repeated
        after a lost answer is told from another writer's. Without conditional writes the version is looked up first,
        which is safe for one writer only.

        Raises:
            ObjectChanged: another version stands at the key, or none any more.
        """
        metadata = {bodies.REPLACEABLE: hashlib.sha256(body).hexdigest()}
        if written := self._write_where(key, BytesIO(body), metadata, etag):
            return written
        standing = self._head(key)
        if standing is None or standing["Metadata"] != metadata:
            raise ObjectChanged(f"{self.url(key)}: another writer has changed this object; read it again")
        return standing["ETag"]

    def list(self, prefix: str = "", after: str = "") -> Iterator[ObjectInfo]:
        """The objects whose keys start with ``prefix``, by key ascending in code points; only those ``after`` a key."""
        found: list[ObjectInfo] = []
        with translated(self.url(prefix)):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._prefix(prefix), StartAfter=self._prefix(after)
            )
            for page in pages:
                found += [
                    ObjectInfo(entry["Key"][len(self._root) :], entry["Size"], entry["LastModified"].astimezone(UTC))
                    for entry in page.get("Contents", ())
                ]
        # Not every store lists in code points: some walk folders, so that a/b comes before a-b.
        return iter(sorted(found, key=lambda info: info.key))

    def prefixes(self, prefix: str = "") -> builtins.list[str]:
        """The names of the folders directly below a folder, ascending, without slashes.

        Some stores (SeaweedFS) still name a folder whose objects were all deleted.
        """
        folder = self._prefix(f"{prefix.rstrip('/')}/" if prefix else "")
        names: set[str] = set()
        with translated(self.url(prefix)):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=folder, Delimiter="/"):
                names |= {entry["Prefix"][len(folder) : -1] for entry in page.get("CommonPrefixes", ())}
        return sorted(names)

    def exists(self, key: str) -> bool:
        """Whether an object stands at the key."""
        return self._head(key) is not None

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; a key without one is no error.

        Raises:
            StorageError: the store kept some of them; the rest is gone.
        """
        names: builtins.list[ObjectIdentifierTypeDef] = [{"Key": self._key(key)} for key in keys]
        kept: builtins.list[str] = []
        with translated(self.url()):
            for start in range(0, len(names), _DELETE_BATCH):
                batch = names[start : start + _DELETE_BATCH]
                answer = self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True})
                kept += [f"{error.get('Key')} ({error.get('Code')})" for error in answer.get("Errors", ())]
        if kept:
            raise StorageError(f"{self.url()}: could not delete {', '.join(kept)}; grant s3:DeleteObject or try again")

    def uploads(self) -> builtins.list[Upload]:
        """The uploads in parts that were begun below the prefix and neither ended nor given up."""
        found: builtins.list[Upload] = []
        with translated(self.url()):
            pages = self.client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._root):
                found += [
                    Upload(entry["Key"][len(self._root) :], entry["UploadId"], entry["Initiated"].astimezone(UTC))
                    for entry in page.get("Uploads", ())
                    if entry["Key"].startswith(self._root)
                ]
        return found

    def abort(self, upload: Upload) -> None:
        """Give up an upload in parts; its parts are gone."""
        with translated(self.url(upload.key)):
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=self._key(upload.key), UploadId=upload.id)

    def _write_where(
        self, key: str, stream: BufferedReader | BytesIO, metadata: dict[str, str], etag: str | None
    ) -> str | None:
        """The ETag of what this request wrote, None where something else stands there than it may replace.

        A conflict with another in flight is tried again: a 409, or a 412 though nothing came to stand at the key.
        """
        from botocore.exceptions import ClientError

        if not self.conditional_writes and self._etag(key) != etag:
            return None
        put = partial(self.client.put_object, Bucket=self.bucket, Key=self._key(key), Metadata=metadata)
        if self.conditional_writes:
            put = partial(put, IfNoneMatch="*") if etag is None else partial(put, IfMatch=etag)
        pauses = iter(_CONFLICT_PAUSES)
        with translated(self.url(key)):
            while True:
                stream.seek(0)
                try:
                    return put(Body=stream)["ETag"]
                except ClientError as error:
                    if error_code(error) in _TAKEN | _GONE and (etag or self.exists(key)):
                        return None
                    pause = next(pauses, None)
                    if error_code(error) not in _CONFLICTS | _TAKEN or pause is None:
                        raise
                    time.sleep(pause)

    def _digest(self, key: str) -> str | None:
        head = self._head(key)
        return head["Metadata"].get(bodies.WRITTEN_ONCE) if head else None

    def _etag(self, key: str) -> str | None:
        head = self._head(key)
        return head["ETag"] if head else None

    def _head(self, key: str) -> HeadObjectOutputTypeDef | None:
        """What the store says of an object, ``None`` where there is none."""
        try:
            with translated(self.url(key)):
                return self.client.head_object(Bucket=self.bucket, Key=self._key(key))
        except ObjectMissing:
            return None

    def _key(self, key: str) -> str:
        return self._root + _checked(key)

    def _prefix(self, prefix: str) -> str:
        if prefix:
            _checked(prefix.removesuffix("/"))
        return self._root + prefix


def open_store(settings: StoreSettings, *, environ: Mapping[str, str] = os.environ) -> Store:
    """The store of ``settings.url``; without one the embedded server, started in ``TEARSHEET_VAR`` (``./var``).

    The embedded server is left by ``Store.close``, at the latest when the store is forgotten or the process ends.

    Raises:
        ConfigError: the URL is no s3:// URL.
        StorageError: the embedded server is not installed or does not start.
    """
    if settings.url:
        return Store(settings.url, settings=settings)
    from tearsheet.storage.embedded import embedded_store

    leaving = ExitStack()
    server = leaving.enter_context(embedded_store(Path(environ.get("TEARSHEET_VAR", "var"))))
    return Store(server.url, settings=settings, access=server.access, leaving=leaving)


def _opened(body: bytes | Path) -> BufferedReader | BytesIO:
    return body.open("rb") if isinstance(body, Path) else BytesIO(body)


def _sha256(stream: BufferedReader | BytesIO) -> str:
    """The digest of a stream, which then stands at its start again."""
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def _checked(key: str) -> str:
    segments = key.split("/")
    if (
        all(_SEGMENT.fullmatch(segment) and segment not in {".", ".."} for segment in segments)
        and len(key.encode()) <= 900
    ):
        return key
    raise StorageError(
        f"{key!r} is no key: it is relative, without empty, '.' or '..' segments, backslashes and control characters, "
        "of at most 900 bytes; correct the caller"
    )
