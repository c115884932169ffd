"""Whether the archive holds what it says: findings by kind and place, and the repair of all that is derived.

What is written once (``raw/``, plans, snapshots) is only looked at. What is derived is compared with what it is derived
from, and made again from it where a repair is asked for. Requests grow with segments and nights, not with rows.
"""

from __future__ import annotations

from tearsheet.audit.finding import KINDS, Finding, Repair
from tearsheet.audit.repair import repair
from tearsheet.audit.run import Asked, Report, audit

__all__ = ["KINDS", "Asked", "Finding", "Repair", "Report", "audit", "repair"]
