"""The reader: from a store's URL to a data frame, with nothing running but S3.

Needs the bare install only: no crawler, no extractor, no scheduler. polars, deltalake and boto3 are loaded by the first
call, not by the import.

    import tearsheet

    archive = tearsheet.open("s3://bucket/prefix")
    archive.topics()
    archive.topic("kazakhstan-unrest").since("2026-01-01").one_per_cluster().to_polars()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tearsheet.pull.archive import Archive
    from tearsheet.pull.article import Article
    from tearsheet.pull.reduction import Count
    from tearsheet.pull.selection import Selection

__all__ = ["Archive", "Article", "Count", "Selection", "open"]

_MODULES = {"Archive": "archive", "Article": "article", "Count": "reduction", "Selection": "selection"}


def open(url: str | None = None, **options: bool) -> Archive:  # noqa: A001 - tearsheet.open reads like gzip.open
    """Open an archive for reading; credentials are found as boto3 finds them (``AWS_*``).

    Args:
        url: ``s3://bucket/prefix``; without one ``TEARSHEET_STORE``, else the ``store.url`` of
            ``config/tearsheet.yaml``, else the embedded store of ``./var``.
        options: further keys of ``store`` in the settings, such as ``checksums=False``.

    Raises:
        ConfigError: the URL or an option is wrong.
        StorageError: no credentials, or the embedded store is not installed.
    """
    from tearsheet.pull.archive import opened

    return opened(url, options)


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(f"tearsheet.pull.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'tearsheet.pull' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
