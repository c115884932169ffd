"""Which news agency's report a page is, as it signs it; what is said about agencies is no signature."""

from __future__ import annotations

import pytest
from tests.unit.extract.press import PARAGRAPHS, URL, extract, json_ld, page

FIRST = f"<p>{PARAGRAPHS[0]}</p>"
LAST = f"<p>{PARAGRAPHS[-1]}</p>"
NORTHWIRE = {"@type": "Organization", "name": "Northwire"}


@pytest.mark.parametrize(
    ("html", "agency"),
    [
        (page(json_ld(author=NORTHWIRE)), "Northwire"),
        (page(json_ld(author=[{"@type": "Person", "name": "Ines Hallam"}, NORTHWIRE])), "Northwire"),
        (page(json_ld(author={"@type": "Person", "name": "Associated Press"})), "AP"),
        (page('<meta name="author" content="Deutsche Presse-Agentur">'), "dpa"),
        (page('<meta name="author" content="Ines Hallam, AFP, Reuters">'), "AFP, Reuters"),
        (page(above="<p>Ines Hallam / AFP</p>"), "AFP"),
        (page(above="<p>Quelle: APA</p>"), "APA"),
        (page().replace(FIRST, f"<p>ALDMOOR (Reuters) - {PARAGRAPHS[0]}</p>"), "Reuters"),
        (page().replace(LAST, f"{LAST}<p>(dpa)</p>"), "dpa"),
        (page(), None),
        (page(json_ld(author={"@type": "Organization", "name": "Tidewater Ledger"})), None),
        (page(json_ld(author={"@type": "Organization", "name": "Redaktion Ledger"})), None),
        (page(above="<figure><figcaption>The quay<span>Ines Hallam / AP</span></figcaption></figure>"), None),
        (page().replace(FIRST, f"{FIRST}<p>Reporters of Reuters and AFP were asked to leave.</p>"), None),
        (page(above="<p>Why Reuters left the quay</p>"), None),
    ],
)
def test_an_agency_is_what_signs_the_page(html: str, agency: str | None) -> None:
    site = '<meta property="og:site_name" content="Tidewater Ledger"></head>'
    assert extract(html.replace("</head>", site)).agency == agency


def test_an_agency_on_its_own_site_is_the_outlet() -> None:
    html = page('<meta property="og:site_name" content="Reuters"><meta name="author" content="Reuters">')
    assert extract(html, url=URL).agency is None
