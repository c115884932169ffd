"""The reader: from a store's URL to a data frame, with nothing running but S3.

Needs the bare install only: no crawler, no extractor, no scheduler.

    import tearsheet

    archive = tearsheet.open("s3://bucket/prefix")
    archive.topics()
    archive.topic("kazakhstan-unrest").since("2026-01-01").one_per_cluster().to_polars()
"""

from __future__ import annotations

from tearsheet.pull.archive import Archive, open  # noqa: A004 - tearsheet.open reads like gzip.open
from tearsheet.pull.selection import Selection

__all__ = ["Archive", "Selection", "open"]
