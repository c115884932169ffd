"""Links by which anybody may read objects for a time, without keys: presigned URLs, signature version 4."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tearsheet.storage.failures import translated
from tearsheet.storage.store import Store

LONGEST = timedelta(days=7)
"""What the signature allows."""


def links(store: Store, keys: Iterable[str], lasting: timedelta) -> list[str]:
    """A link to each object; nothing is sent. A link ends with the credentials that signed it, if these end earlier.

    Raises:
        StorageError: no credentials were found.
    """
    with translated(store.url()):
        return [
            store.client.generate_presigned_url(
                "get_object",
                Params={"Bucket": store.bucket, "Key": store.url(key).removeprefix(f"s3://{store.bucket}/")},
                ExpiresIn=int(lasting.total_seconds()),
            )
            for key in keys
        ]


def temporary(store: Store) -> bool:
    """Whether the credentials that sign are those of a role, which end by themselves."""
    return bool(store.table_options().get("aws_session_token"))
