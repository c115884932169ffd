"""The news agencies whose report a page is or rests on: as its byline, its place line or its last line name them.

A body that linked data calls the author and that is not the outlet itself is one, known or not. Words *about* an
agency in the text, and credits of pictures, say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from tearsheet import bylines
from tearsheet.extract.authors import META, linked_authors, outlet_names, squeezed
from tearsheet.extract.blocks import Body
from tearsheet.extract.linked_data import texts, types
from tearsheet.extract.tree import Page

_FORMS = """
    AFP = afp, agence france-presse, agence france presse, 法新社
    AP = ap, associated press, the associated press, 美联社
    APA = apa, austria presse agentur
    Anadolu = aa, anadolu ajansı, anadolu agency
    ANSA = ansa
    ANP = anp
    Belga = belga
    CTK = čtk
    DHA = dha, demirören haber ajansı
    dpa = dpa, dpa-afx, dpa-infocom, deutsche presse-agentur, deutsche presse agentur
    EFE = efe, agencia efe
    Europa Press = europa press
    IANS = ians
    İHA = iha, i̇ha, ihlas haber ajansı
    Interfax = interfax, интерфакс
    Jiji = jiji, jiji press, 時事, 時事通信
    KNA = kna
    Kyodo = kyodo, kyodo news, 共同, 共同通信
    Lusa = lusa, agência lusa
    NTB = ntb
    PA = pa media, press association
    PAP = pap, polska agencja prasowa
    PTI = pti, press trust of india
    Reuters = reuters, thomson reuters, 路透社
    RIA Novosti = риа новости, ria novosti
    SID = sid
    SDA = sda, keystone-sda
    TASS = tass, тасс
    TT = tt nyhetsbyrån
    Ukrinform = ukrinform, укринформ, укрінформ
    UPI = upi, united press international
    Xinhua = xinhua, xinhua news agency, 新华社, 新華社
    Yonhap = yonhap, yonhap news agency, 연합뉴스
"""
"""Each agency's usual name, and how bylines write it."""
USUAL = {
    form.strip(): usual.strip()
    for usual, _, forms in (line.partition("=") for line in _FORMS.strip().splitlines())
    for form in forms.split(",")
}
PARTS = re.compile(r"\s*(?:[,;/|&•·+]|\s(?:and|und|et|y|e|mit|with|via)\s)\s*")
LEAD = re.compile(
    r"^(?:\w+ )?(?:source|quelle|fuente|fonte|źródło|источник|kaynak|von|by|with|mit|par|por)\s*[:/]?\s+",
    re.IGNORECASE,
)
PLACE_LINE = re.compile(r"^.{0,60}?\(([^()]{2,40})\)\s*(?:[-–—:.]|$)")
"""HAMBURG (dpa) - …"""
EDGE = re.compile(r"^[\s(\[（©—–-]+|[\s)\]）.—–-]+$")
BEHIND = 12
"""Pieces of text behind the headline among which a byline stands."""
PICTURE = re.compile(r"caption|photo|picture|image|media|foto|bild", re.IGNORECASE)
"""Names around a line that credits a picture."""
AROUND = 4
MAX_LINE = 60
"""Characters of a line that is nothing but a byline."""


def agency(page: Page, title: str | None, body: Body) -> str | None:
    """The agencies' usual names in the order named, joined by a comma; ``None`` where the page names none."""
    named = dict.fromkeys((*_bodies(page), *_known(page, title, body)))
    if not named:
        return None
    outlet = outlet_names(page)
    return ", ".join(name for name in named if squeezed(name) not in outlet) or None


def _bodies(page: Page) -> Iterator[str]:
    """The organisations that linked data calls the page's authors; neither the outlet nor its newsroom is one."""
    for author in linked_authors(page):
        for name in texts(author.get("name")):
            if usual := USUAL.get(name.casefold()):
                yield usual
            elif any("Organization" in kind for kind in types(author)) and not _is_outlets(page, name):
                yield name


def _is_outlets(page: Page, name: str) -> bool:
    packed = squeezed(name)
    own = any(packed in known or known in packed for known in outlet_names(page))
    return own or bylines.is_newsroom(name) or not 1 < len(name) <= MAX_LINE


def _known(page: Page, title: str | None, body: Body) -> Iterator[str]:
    """The known agencies in meta elements, by the headline, in the place line and in the last line."""
    for value in (value for name in META for value in page.meta.get(name, ())):
        yield from _agencies_in(value)
    place = page.outline.heading(title) if title else None
    for line, element in page.outline.near(place, 0, BEHIND) if place else ():
        if (found := tuple(_agencies_in(line))) and not _is_of_picture(element):
            yield from found
    for block in islice(body.blocks, 2):
        if match := PLACE_LINE.match(block.text):
            yield from _agencies_in(match[1])
    for block in body.blocks[-1:]:
        yield from _agencies_in(block.text)


def _agencies_in(line: str) -> Iterator[str]:
    """The agencies in a line that is nothing but a byline: each of its parts a known agency or somebody's name."""
    if len(line) > MAX_LINE:
        return
    parts = [EDGE.sub("", part) for part in PARTS.split(LEAD.sub("", " ".join(line.split())))]
    found = [USUAL[part.casefold()] for part in parts if part.casefold() in USUAL]
    others = (part for part in parts if part and part.casefold() not in USUAL)
    if found and all(bylines.looks_like_name(part) or bylines.is_newsroom(part) for part in others):
        yield from found


def _is_of_picture(element: HtmlElement) -> bool:
    around = (element, *islice(element.iterancestors(), AROUND))
    return any(e.tag == "figure" or PICTURE.search(f"{e.tag} {e.get('class', '')}") for e in around if e.tag != "body")
