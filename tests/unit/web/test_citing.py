from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient
from tests.unit.pull.conftest import own  # noqa: F401 - a fixture
from tests.unit.release.conftest import PUBLISHER, release  # noqa: F401 - a fixture

from tearsheet.pull import Archive
from tearsheet.pull.releases import Release
from tearsheet.web.app import create_app
from tearsheet.web.catalogue import Catalogue
from tearsheet.web.citing import citations, tex
from tearsheet.web.filters import EVERYTHING


def test_no_character_acts_in_tex() -> None:
    assert tex(r"50% & {more} #1 $x_2 ~ ^ \input{/etc}") == (
        r"50\% \& \{more\} \#1 \$x\_2 \textasciitilde{} \textasciicircum{} \textbackslash{}input\{/etc\}"
    )


def test_a_release_is_cited_where_there_is_one(
    own: Archive,  # noqa: F811 - the fixture above
    release: Callable[..., Release],  # noqa: F811 - the fixture above
) -> None:
    before = Catalogue(own)
    rows = EVERYTHING.of(before.snapshot.articles("unrest"))
    (table,) = citations(before, "unrest", EVERYTHING, rows)
    assert (table.release, f"table version {before.snapshot.version}; 4 articles" in table.text) == (None, True)
    made = release()
    frozen, now = citations(Catalogue(own), "unrest", EVERYTHING, rows)
    assert frozen.release == made.id
    assert frozen.text.startswith(f"{PUBLISHER} ({made.released_at.year}). ")
    assert f"urn:tearsheet:release:unrest:{made.id}" in frozen.text
    assert made.content_sha256 in frozen.bibtex
    assert now == table
    shown = TestClient(create_app(own), base_url="http://127.0.0.1").get("/topics/unrest").text
    assert shown.count('class="cite"') == 2
    assert shown.index("never changes") < shown.index("can change with the next night")
