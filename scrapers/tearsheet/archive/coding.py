"""Content and transfer codings of HTTP undone, each under a cap (RFC 9110 § 8.4, RFC 9112 § 7.1).

A page of a few hundred kilobytes can unfold to gigabytes: nothing here allocates more than its cap and one buffer.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import cast

from fastwarc.stream_io import BrotliReader, ChunkedReader, WarcReader, ZstdReader
from isal import isal_zlib

from tearsheet.errors import RecordError

DEFAULT_CAP = 50_000_000
"""Bytes of a decoded page; the largest real page seen has a fifth of it."""

GZIP_MAGIC = b"\x1f\x8b"
DamagedError = cast(type[Exception], isal_zlib.error)
"""Raised by isal; its stub takes the class for an instance."""

_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15


def decode(body: bytes, content_encoding: str, cap: int = DEFAULT_CAP) -> bytes:
    """A body without its content codings, the last applied undone first.

    A body that is labelled gzip and is none is returned as it is, as browsers do.

    Raises:
        RecordError: an unknown coding, a damaged or truncated body, or more than ``cap`` bytes.
    """
    for coding in reversed(content_encoding.lower().split(",")):
        name = coding.strip()
        if name not in _DECODERS:
            raise RecordError(f"content coding {name!r} is unknown; known are: {', '.join(filter(None, _DECODERS))}")
        try:
            body = _DECODERS[name](body, cap) if body else body
        except OSError as error:
            raise RecordError(f"the body is no valid {name}: {error}") from error
        if len(body) > cap:
            raise RecordError(f"the {name} body unfolds to more than {cap:,} bytes; it was not read further")
    return body


def unchunk(payload: bytes) -> bytes:
    """A body without its chunks, or as it is where it has none: some tools store the header and not the chunks."""
    try:
        return _read(ChunkedReader(io.BytesIO(payload)), len(payload))
    except OSError:
        return payload


def inflate(data: bytes, cap: int, wbits: int = _GZIP) -> tuple[bytes, bytes]:
    """The first compressed stream of ``data``, at most ``cap`` + 1 bytes of it, and what follows it.

    Raises:
        OSError: it is truncated, or its checksum is wrong.
    """
    decompressor = isal_zlib.decompressobj(wbits)
    try:
        unfolded = decompressor.decompress(data, cap + 1)
    except DamagedError as error:
        raise OSError(str(error)) from error
    if not decompressor.eof and len(unfolded) <= cap:
        raise OSError("truncated")
    return unfolded, decompressor.unused_data


def _gunzip(body: bytes, cap: int) -> bytes:
    if not body.startswith(GZIP_MAGIC):
        return body
    parts, left = [], cap
    while body.startswith(GZIP_MAGIC) and left >= 0:  # RFC 1952 allows several members; what follows them is ignored
        part, body = inflate(body, left)
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _inflate_either(body: bytes, cap: int) -> bytes:
    """HTTP's deflate is a zlib stream, but many servers send it without the wrapper (RFC 9110 § 8.4.1.2)."""
    wrapped = body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return inflate(body, cap, _ZLIB if wrapped else _RAW_DEFLATE)[0]


def _unbrotli(body: bytes, cap: int) -> bytes:
    return _read(BrotliReader(io.BytesIO(body)), cap + 1)


def _unzstd(body: bytes, cap: int) -> bytes:
    return _read(ZstdReader(io.BytesIO(body)), cap + 1)


def _read(reader: WarcReader, limit: int) -> bytes:
    parts: list[bytes] = []
    while limit > 0 and (part := reader.read(limit)):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "": lambda body, _cap: body,
    "identity": lambda body, _cap: body,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate_either,
    "br": _unbrotli,
    "zstd": _unzstd,
}
