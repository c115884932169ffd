"""An article on a terminal: what is known of it, and its page's blocks in order, cuts struck out and explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from rich.table import Table
from rich.text import Text

from tearsheet.clean.cleaner import LEFT_OUT
from tearsheet.model import Document, Removed


def facts(document: Document) -> Table:
    """What is known of a page beside its text; a row each."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    evidence = f" ({', '.join(document.access_evidence)})" if document.access_evidence else ""
    origin = f" (from {document.published_from})" if document.published_from else ""
    rights = ", ".join(f"{signal.signal}={signal.value} ({signal.origin})" for signal in document.rights)
    known = {
        "title": document.title,
        "standfirst": document.standfirst,
        "authors": ", ".join(document.authors),
        "agency": document.agency,
        "published": document.published_at and f"{document.published_at}{origin}",
        "modified": document.modified_at,
        "language": document.language,
        "section": document.section,
        "access": document.access + evidence,
        "rights": rights or "no signal",
        "url": document.url,
        "named by": "\n".join(document.channels),
    }
    for name, value in known.items():
        if value:
            table.add_row(Text(name, style="bold"), Text(str(value)))
    return table


def blocks(document: Document, *, left_out: bool) -> Iterator[Text]:
    """The page's blocks in their order: what was kept, what was cut and why, what the extractor left out."""
    kept = iter((document.text or "").split("\n"))
    cuts = {cut.position: cut for cut in document.removed}
    shown = (cuts.get(n) or next(kept, None) for n in range(len(cuts) + len((document.text or "").split("\n"))))
    for is_left_out, run in groupby(shown, key=lambda block: isinstance(block, Removed) and block.rule == LEFT_OUT):
        if is_left_out and not left_out:
            yield _summed_up([block for block in run if isinstance(block, Removed)])
        else:
            yield from (_cut(block) if isinstance(block, Removed) else Text(block) for block in run if block)


def _cut(block: Removed) -> Text:
    return Text.assemble((f"{block.reason} ", "red"), (f"[{block.rule}] ", "dim"), (block.text, "strike dim"))


def _summed_up(blocks: list[Removed]) -> Text:
    """One line for blocks that stand side by side and are no part of the text."""
    reasons = Counter(block.reason for block in blocks)
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    counted = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    return Text(f"… {counted} left out by the extractor: {told}", style="dim")
