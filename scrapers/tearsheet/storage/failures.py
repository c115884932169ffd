"""botocore's errors in Tearsheet's words: each message names the object, what happened and the mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tearsheet.errors import ObjectMissing, StorageError

_RIGHTS = "grant this key the rights that docs/operate lists"
_NO_BUCKET = "create the bucket, or correct `store.url` (TEARSHEET_STORE)"
_REGION = "set AWS_REGION to the bucket's region"
_CHECKSUMS = "set `store.checksums: false` if the store rejects checksum trailers (R2, B2)"
_FULL = "the bucket is full: free some of it or raise its quota, then run it again, which asks only what is missing"
_AGAIN = "run it again; if it stays so, `tearsheet doctor` tells what this store cannot do"
_UNKNOWN = "run `tearsheet doctor` to see what this store cannot do"
_MENDS = {
    "NoSuchBucket": _NO_BUCKET,
    "404": _NO_BUCKET,
    "AccessDenied": _RIGHTS,
    "403": _RIGHTS,
    "InvalidAccessKeyId": "check AWS_ACCESS_KEY_ID and that AWS_ENDPOINT_URL_S3 is the store it belongs to",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY and AWS_REGION",
    "ExpiredToken": "renew AWS_SESSION_TOKEN",
    "RequestTimeTooSkewed": "set this machine's clock",
    "AuthorizationHeaderMalformed": _REGION,
    "PermanentRedirect": _REGION,
    "301": _REGION,
    "InvalidRange": "the object is shorter than its index says: rebuild the index",
    "NotImplemented": f"{_CHECKSUMS}; one that refuses If-None-Match cannot hold the tables",
    "InvalidArgument": _CHECKSUMS,
    "SlowDown": "try again later, or with fewer workers",
    "InternalError": _AGAIN,
    "ConditionalRequestConflict": _AGAIN,
    "PreconditionFailed": _AGAIN,
    "QuotaExceeded": _FULL,
    "XMinioStorageFull": _FULL,
    "507": _FULL,
}
_MISSING = frozenset({"NoSuchKey", "404"})
_CREDENTIALS = ("Credential", "Token", "Profile", "SSO")
_DAMAGED = ("Checksum", "IncompleteRead", "ResponseStreaming")
_NETWORK = ("Connect", "Timeout", "Endpoint", "SSL", "HTTPClient")


def error_code(error: Exception) -> str:
    """The S3 error code of a botocore ``ClientError`` (``NoSuchKey``, ``412``); empty for any other error."""
    return _answer(error, "Code")


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Let no botocore error out of the block.

    Raises:
        ObjectMissing: nothing stands at ``url``.
        StorageError: any other failure.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if error_code(error) in _MISSING:
            raise ObjectMissing(f"{url}: no such object; check the key and the prefix in `store.url`") from error
        raise StorageError(f"{url}: {told(error)}; {mend(error)}") from error


def told(error: Exception) -> str:
    """What a botocore error says, in one line."""
    return " ".join(filter(None, (error_code(error), _answer(error, "Message")))) or str(error)


def mend(error: Exception) -> str:
    """What to do about a botocore error."""
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    if error_code(error) in _MENDS:
        return mend_of(error_code(error))
    if any(word in names for word in _DAMAGED):
        return (
            "what arrived is not what was written, however often it was asked for: check the network, then the object"
        )
    if any(word in names for word in _CREDENTIALS):
        return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    if any(word in names for word in _NETWORK):
        return "check that the store runs and that AWS_ENDPOINT_URL_S3 names it"
    return _UNKNOWN


def mend_of(code: str) -> str:
    """What to do about an S3 error code."""
    return _MENDS.get(code, _UNKNOWN)


def _answer(error: Exception, key: str) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get(key, "")).strip()
