"""A page of our own that an extraction process reads before strangers': what reading loads, it has then loaded.

Models, stop words and expressions are loaded where they are first asked for, which takes most of a second. So it passes
while the first pages are still being fetched, and is held against no page's limits. A process that cannot read this
page reads none, and says so before it is given any.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tearsheet.documents.rows import row
from tearsheet.documents.task import Context
from tearsheet.extract.page import extract_page
from tearsheet.model import Capture

URL = "https://press.invalid/council-opens-the-bridge"
# Short, and dated in another language than its own: each extractor and each reader of dates is asked, and finds little.
PAGE = b"""<!doctype html>
<html>
<head><title>Council opens the bridge | The Example</title></head>
<body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/town">Town</a></li></ul></nav>
<article>
<h1>Council opens the bridge</h1>
<p class="byline">By Ada Example</p>
<p class="date">2 enero, 2026</p>
<p>The council opened the bridge over the river, two years after the <a href="https://flood.example/">flood</a>.</p>
<p>Subscribe to our newsletter.</p>
</article>
<footer><p>Telephone 5550 1234</p><p>Copyright The Example. All rights reserved.</p></footer>
</body>
</html>
"""


def warm_up() -> None:
    """Read the page and clean it."""
    now = datetime.now(UTC)
    capture = Capture(
        document_id="0" * 20,
        url=URL,
        final_url=URL,
        source="warm-up",
        fetched_at=now,
        status=200,
        media_type="text/html",
        warc_file="",
        warc_offset=0,
        warc_length=0,
        payload_digest="",
    )
    context = Context(collection="warm-up", night=now.date().isoformat(), config="", extractor="")
    row(capture, context, extract_page(PAGE, URL, fetched_at=now))
