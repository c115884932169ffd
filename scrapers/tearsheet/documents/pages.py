"""A page as it was read, as bytes: staged beside its row, so that it can be cleaned again without being read again."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from tearsheet.errors import RecordError
from tearsheet.extract.page import Extraction

_PAGE = TypeAdapter(Extraction)


def pack(page: Extraction) -> bytes:
    """JSON; ``unpack`` gives an equal page."""
    return _PAGE.dump_json(page)


def unpack(packed: bytes) -> Extraction:
    """The page of ``pack``.

    Raises:
        RecordError: the bytes hold none.
    """
    try:
        return _PAGE.validate_json(packed)
    except ValidationError as error:
        raise RecordError(f"a staged page cannot be read ({error}); delete what is staged of its night") from error
