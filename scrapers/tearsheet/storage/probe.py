"""What a store must be able to do, tried under a throw-away prefix: each check says what was seen, and the mend.

Nothing stays behind, except where deleting is refused: then that check names the key. A check that failed for want of
rights is told apart from one that the store cannot do: ``rights`` sums up the former.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from tearsheet.storage.failures import error_code, mend, told
from tearsheet.storage.store import Store

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

MAX_SKEW_SECONDS = 60
_BODY = b"Tearsheet's probe: it may be deleted."
_REFUSALS = frozenset({"AccessDenied", "403"})
_RIGHTS_MEND = "grant this key the rights that docs/operate lists"
_CONDITIONAL_MEND = (
    "use a store with conditional writes, or set `store.conditional_writes: false` and let one writer run at a time"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check; ``mend`` says what to do where it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    mend: str | None = None


class _Failed(Exception):
    def __init__(self, detail: str, remedy: str, *, refused: bool = False) -> None:
        super().__init__(detail)
        self.check = (detail, remedy)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class _Trial:
    """The store and the keys below the throw-away prefix, as they are called in the bucket."""

    store: Store
    folder: str

    def key(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def listed(self) -> list[str]:
        listed = self.store.client.list_objects_v2(Bucket=self.store.bucket, Prefix=f"{self.folder}/")
        return [entry["Key"] for entry in listed.get("Contents", ())]


def probe(store: Store) -> list[Check]:
    """Try the store; where it cannot be reached or has no such bucket, nothing further is tried."""
    folder = store.url(f"probe-{uuid4().hex}").removeprefix(f"s3://{store.bucket}/")
    trial = _Trial(store, folder)
    checks: list[Check] = []
    refused: list[str] = []
    for name, step in _STEPS:
        try:
            with _botocore_failures():
                checks.append(Check(name, True, step(trial)))
        except _Failed as failure:
            checks.append(Check(name, False, *failure.check))
            if failure.refused:
                refused.append(name)
            elif name in _NEEDED:
                return checks
    return [*checks, _rights(refused)]


@contextmanager
def _botocore_failures() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise _Failed(told(error), mend(error), refused=error_code(error) in _REFUSALS) from error


def _reachable(trial: _Trial) -> str:
    from botocore.exceptions import ClientError

    try:
        trial.store.client.head_bucket(Bucket=trial.store.bucket)
    except ClientError as error:
        if not error.response.get("ResponseMetadata", {}).get("HTTPStatusCode"):
            raise
    return trial.store.client.meta.endpoint_url


def _bucket(trial: _Trial) -> str:
    trial.store.client.head_bucket(Bucket=trial.store.bucket)
    return trial.store.url()


def _clock(trial: _Trial) -> str:
    answer = trial.store.client.head_bucket(Bucket=trial.store.bucket)
    told_by_store = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    skew = (told_by_store - datetime.now(UTC)).total_seconds()
    detail = f"the store's clock is {round(skew):+d} s from this machine's"
    if abs(skew) > MAX_SKEW_SECONDS:
        raise _Failed(detail, "set this machine's clock (NTP), or the store's")
    return detail


def _write(trial: _Trial) -> str:
    trial.store.client.put_object(Bucket=trial.store.bucket, Key=trial.key("object"), Body=_BODY)
    return f"{len(_BODY)} bytes"


def _read(trial: _Trial) -> str:
    answer = trial.store.client.get_object(Bucket=trial.store.bucket, Key=trial.key("object"), Range="bytes=3-9")
    if answer["Body"].read() != _BODY[3:10]:
        raise _Failed("a range of bytes gave something else", "use a store that honours byte ranges")
    return "7 bytes from offset 3"


def _list(trial: _Trial) -> str:
    if trial.key("object") not in trial.listed():
        raise _Failed("a new object is not listed", "use a store whose listings are consistent after a write")
    return "a new object is listed at once"


def _conditional_write(trial: _Trial) -> str:
    from botocore.exceptions import ClientError

    if not trial.store.conditional_writes:
        return "not asked for: `store.conditional_writes` is false, so one writer at a time"
    try:
        for _ in range(2):
            trial.store.client.put_object(Bucket=trial.store.bucket, Key=trial.key("once"), Body=_BODY, IfNoneMatch="*")
    except ClientError as error:
        if error_code(error) in {"PreconditionFailed", "412"}:
            return "a second write to one key is rejected"
        if error_code(error) in _REFUSALS:
            raise
        raise _Failed(told(error), _CONDITIONAL_MEND) from error
    raise _Failed("a second write to one key replaced the first", _CONDITIONAL_MEND)


def _checksum(trial: _Trial) -> str:
    from botocore.exceptions import ClientError

    wrong = base64.b64encode(hashlib.md5(b"another body", usedforsecurity=False).digest()).decode()
    try:
        trial.store.client.put_object(Bucket=trial.store.bucket, Key=trial.key("damaged"), Body=_BODY, ContentMD5=wrong)
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 400:
            return "a body with a wrong checksum is rejected"
        raise
    raise _Failed("a body with a wrong checksum was taken", "use a store that verifies Content-MD5")


def _delete(trial: _Trial) -> str:
    names: list[ObjectIdentifierTypeDef] = [{"Key": trial.key(name)} for name in ("object", "once", "damaged")]
    answer = trial.store.client.delete_objects(Bucket=trial.store.bucket, Delete={"Objects": names, "Quiet": True})
    for error in answer.get("Errors", ()):
        code = error.get("Code", "")
        remedy = f"delete s3://{trial.store.bucket}/{trial.folder}/ by hand"
        raise _Failed(f"{error.get('Key')}: {code} {error.get('Message', '')}", remedy, refused=code in _REFUSALS)
    if left := trial.listed():
        raise _Failed(f"{', '.join(left)} stands after it was deleted", "use a store whose deletions take effect")
    return "nothing is left"


def _rights(refused: list[str]) -> Check:
    if refused:
        return Check("rights", False, f"refused: {', '.join(refused)}", _RIGHTS_MEND)
    return Check("rights", True, "list, read, write, delete")


_STEPS: tuple[tuple[str, Callable[[_Trial], str]], ...] = (
    ("reachable", _reachable),
    ("bucket", _bucket),
    ("clock", _clock),
    ("write", _write),
    ("range read", _read),
    ("list", _list),
    ("conditional write", _conditional_write),
    ("checksum", _checksum),
    ("delete", _delete),
)
_NEEDED = frozenset({"reachable", "bucket"})
