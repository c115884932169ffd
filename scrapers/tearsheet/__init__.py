"""Tearsheet: a nightly, provable archive of the press.

The analyst's names stand here and are loaded on first use: ``tearsheet.open("s3://bucket/prefix")``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tearsheet.pull import Archive, Article, Count, Selection, open  # noqa: A004 - reads like gzip.open

__all__ = ["Archive", "Article", "Count", "Selection", "open"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from tearsheet import pull

        return getattr(pull, name)
    raise AttributeError(f"module 'tearsheet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
