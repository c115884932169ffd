"""Bodies as they were written, or an error: what breaks off or was damaged on its way is asked for again.

What we write carries the sha256 of its body in the object's metadata, which no store touches. A store's own checksums
come on top where it keeps any; ranges of bytes have none, and whoever reads one checks what stands in it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tearsheet.errors import StorageError

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

WRITTEN_ONCE = "sha256"
"""The digest in the metadata of an object that is written once; by it a writer knows its own repeated request."""
REPLACEABLE = "body-sha256"
"""The digest in the metadata of any other object."""
PAUSES = (0.1, 0.5, 2.0)
"""Seconds before a body is asked for again."""


def whole(url: str, ask: Callable[[], GetObjectOutputTypeDef]) -> bytes:
    """The body that ``ask`` gives.

    Raises:
        StorageError: it is not what was written, however often it is asked for.
    """
    body, stated = read(ask)
    if stated is not None and _sha256(body) != stated:
        raise StorageError(
            f"{url}: what was read is not what was written (sha256); "
            "restore it from the bucket's versions, or delete it if docs/architecture says how it is rebuilt"
        )
    return body


def read(ask: Callable[[], GetObjectOutputTypeDef]) -> tuple[bytes, str | None]:
    """The body that ``ask`` gives, and the sha256 of what was written; None for a part, and for what others wrote.

    Where they differ it is asked for again, and what came last is given.
    """
    from botocore.exceptions import (
        FlexibleChecksumError,
        IncompleteReadError,
        ReadTimeoutError,
        ResponseStreamingError,
    )

    pauses = iter(PAUSES)
    while True:
        answer = ask()
        stated = None if "ContentRange" in answer else _stated(answer["Metadata"])
        try:
            body = answer["Body"].read()
        except (FlexibleChecksumError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError):
            pause = next(pauses, None)
            if pause is None:
                raise
        else:
            pause = next(pauses, None)
            if pause is None or stated is None or _sha256(body) == stated:
                return body, stated
        time.sleep(pause)


def _stated(metadata: dict[str, str]) -> str | None:
    return metadata.get(WRITTEN_ONCE) or metadata.get(REPLACEABLE)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
