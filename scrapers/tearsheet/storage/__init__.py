"""S3 objects by boto3: the only module that talks to the store (tables go through ``Store.table_options``)."""

from __future__ import annotations

from tearsheet.storage.access import Access
from tearsheet.storage.store import ObjectInfo, Store, Upload, Version, open_store

__all__ = ["Access", "ObjectInfo", "Store", "Upload", "Version", "open_store"]
