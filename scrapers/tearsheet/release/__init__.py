"""Releases: immutable, content-addressed, citable copies of a topic's rows, and their withdrawal.

``publish`` reads the rows into a draft of local files, describes them, and writes them to ``releases/<topic>/<id>/``
with ``release.json`` last. Each object is written once. What a release that was killed left there is kept by the next
one of the same rows and day. ``withdraw`` puts a notice in the place of a release that holds what was taken down, and a
successor beside it. How releases are read, checked and downloaded: ``tearsheet.pull.releases``.
"""

from __future__ import annotations

from tearsheet.release.publish import Issued, publish
from tearsheet.release.rows import Asked
from tearsheet.release.withdraw import withdraw

__all__ = ["Asked", "Issued", "publish", "withdraw"]
