"""Take something down: an article, an author, a source; removed from wherever it stands, for good, and with proof.

``prepare`` looks for all that a request concerns and draws up a *receipt* of it, writing nothing. ``execute`` writes
the receipt to ``takedowns/<id>.json`` first: from then on it is the tombstone that no crawl and no publication passes,
and the list of what is to be done. Then each step removes its part, whatever of it is gone already; so a take-down that
was killed is resumed by asking for it again, and ends alike. ``find`` looks for a phrase in every object there is.

What is removed: the page (its records in the WARCs, and those of feeds and front pages that hold its headline or first
lines), its index lines, staged rows, rows of both tables and every older file and commit of these, the data of releases
that hold such rows (each is withdrawn, with a successor), what channels said of it in reports, outcomes and states, and
the old versions of all these objects.

What stays: that there was such a URL (requests, outcomes, this receipt), fingerprints of blocks in ``learned/`` and in
counts, which hold no text, and what *other* pages say of it: they are other people's work. ``find`` names them.
"""

from __future__ import annotations

from tearsheet.takedown.execute import attested, execute
from tearsheet.takedown.find import Found, Search, find
from tearsheet.takedown.receipt import Receipt, Selector, earlier, selector
from tearsheet.takedown.survey import prepare

__all__ = ["Found", "Receipt", "Search", "Selector", "attested", "earlier", "execute", "find", "prepare", "selector"]
