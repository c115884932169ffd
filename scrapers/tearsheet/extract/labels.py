"""The small fields: section, tags, image, canonical address."""

from __future__ import annotations

from urllib.parse import urljoin

from tearsheet.extract.linked_data import text, texts
from tearsheet.extract.tree import Page

MAX_TAGS = 30


def section(page: Page) -> str | None:
    """The section of the outlet in which the page stands."""
    return page.first_meta("article:section", "og:article:section", "section", "parsely-section") or text(
        page.article.get("articleSection")
    )


def tags(page: Page) -> tuple[str, ...]:
    """Keywords in page order, each once whatever its case."""
    found = [*page.meta.get("article:tag", ()), *texts(page.article.get("keywords"))]
    found = found or list(page.meta.get("news_keywords", ()) or page.meta.get("keywords", ()))
    found += [word for mention in page.mentions for word in mention.keywords]
    split = [tag.strip() for value in found for tag in value.split(",")]
    return tuple({tag.casefold(): tag for tag in reversed(split) if tag}.values())[::-1][:MAX_TAGS]


def image(page: Page) -> str | None:
    """The address of the picture that stands for the page."""
    found = page.first_meta("og:image", "og:image:url", "og:image:secure_url", "twitter:image") or text(
        page.article.get("image")
    )
    return _absolute(page, found)


def canonical_url(page: Page) -> str | None:
    """The address the page calls its own."""
    links = (link.get("href") for link in page.root.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return _absolute(page, next(links, None) or page.first_meta("og:url"))


def _absolute(page: Page, address: str | None) -> str | None:
    if not address:
        return None
    try:
        joined = urljoin(page.url, address.strip())
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None
