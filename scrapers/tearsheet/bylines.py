"""The line that says who wrote an article: the words that lead it, the names in it, and what stands behind them.

Read alike wherever a byline is met: in a page's linked data, in its markup, in the middle of a plain text. A name is
what is left of a byline without its lead ("Written by"), its roles, titles, places, handles and dates; nothing rather
than a wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_NAME = 50
MAX_TOKENS = 6
MAX_NAMES = 12

_LEADS = """
    this post was written by, this article was written by,
    written by, words by, posted by, reported by, story by, report by, article by, text by, analysis by, review by,
    interview by, opinion by, recipe by, submitted by, published by, by, author, authors, writer, reporter,
    ein kommentar von, ein gastbeitrag von, ein bericht von, ein artikel von, ein interview von, ein essay von, von,
    text, text von, autor, autorin, autoren, autor*in, aufgezeichnet von, geschrieben von, erstellt von, verfasst von,
    par, propos recueillis par, un article de, auteur, auteure, autrice, écrit par, rédigé par, publié par,
    por, escrito por, autora, redactor, redactora, texto, di, a cura di, scritto da, autore, testo di, articolo di,
    door, geschreven door, tekst, przez, autorka, opracowanie, opracował, opracowała, rozmawiał, rozmawiała,
    автор, авторы, автори, текст, подготовил, подготовила, беседовал, беседовала, записал, редактор,
    підготував, підготувала, розмовляв, розмовляла,
    του, της, γράφει ο, γράφει η, γράφει, επιμέλεια, συντάκτης, ρεπορτάζ,
    yazan, yazar, haber, muhabir, hazırlayan, بقلم, كتب, كتبت, إعداد, الكاتب, تحرير,
    作者, 记者, 記者, 本报记者, 本報記者, 撰文, 文, 编译, 編譯, 采访, 採訪, 取材・文, 執筆者, 執筆, 著者, ライター,
    view all posts by, see all posts by, all posts by, posts by, articles by, more articles by,
    alle artikel von, alle beiträge von, tous les articles de, tutti gli articoli di,
    av, af, oleh, penulis, viết bởi, tác giả, írta, autoři
"""
_LEAD_WORDS = sorted({re.escape(lead.strip()) for lead in _LEADS.split(",")}, key=lambda lead: (-len(lead), lead))
LEAD = re.compile(rf"\s*(?:{'|'.join(_LEAD_WORDS)})(?:\s*[:：/丨|]+\s*|\s+)", re.IGNORECASE)
"""What stands before the first name; ends behind its colon or space."""
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|okt|dez|déc|dic|ene|abr|ago"
    "|januar|jänner|februar|märz|juni|juli|oktober|dezember"
    "|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    "|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre"
    "|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro"
)
_GLUED = re.compile(r"\s*(?:[Ww]ritten by|[Bb]y|[Vv]on|[Pp]ar|[Pp]or)(?=[A-ZÀ-Þ])")
_AND = re.compile(
    r"\s*(?:[;,/&+、，|│]|\s(?:and|und|et|y|e|og|och|en|ve|i|и|та|και|with|mit|avec)\s|\sو\s?)\s*", re.IGNORECASE
)
_TAIL = re.compile(
    r"\s*(?:[•·‧∙–—‒<>(\[（【]|\s-\s|-\s*$|(?<!\w)\d|@"
    r"|\b(?:updated|published|posted|aktualisiert|publié|mis à jour|actualizado|pubblicato|publicado)\b"
    rf"|\b(?:on|am|le|el|il|em|op)\s+(?=\w+day\b|\w+tag\b|\d|(?:{_MONTHS})\b)"
    rf"|\b(?:{_MONTHS})\.?\s+\d|\bfrom\s+the\b)",
    re.IGNORECASE,
)
_DOTS = re.compile(r"\s+[•·‧∙]\s+")
_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+|\S+\[at\]\S+")
_MONTH = re.compile(rf"\s+(?:{_MONTHS})\.?$", re.IGNORECASE)
_EDGES = " .,:;'\"“”„«»*·|/\\-–—_’‘"
_TITLES = re.compile(r"(?:,?\s+(?:ph\.?\s?d|m\.d|rdn?|mba|msc|esq|cfp|cpa))+\.?$", re.IGNORECASE)
_NO_NAME = re.compile(
    rf"(?<!\w)\d|^(?:{_MONTHS})$"
    r"|^(?:admin(?:istrator)?|user|guest|unknown|none|null|author|by|von|share|follow|read more|source|date|datum|name"
    r"|autor|quelle|foto|photo|image|bild|comments?|anonymous|no author|n/a|home|guide|post|skip to content"
    r"|table of contents)$"
    r"|\b(?:says|schreibt|sagt|wrote|posts by|articles by|artikel von|posted|published|updated|subscribe|newsletter"
    r"|copyright|cookies?|follow|learn more|read more|click|minutes?|mins?|foto:|photo:|bild:|image:|toggle|view all"
    r"|about|publiziert|veröffentlicht|pressemitteilung|insights|note from|topic author|autoreninfo|beitrag"
    r"|liked by|privacy policy|tags"
    r"|wortlaut|artikelübersicht)\b",
    re.IGNORECASE,
)
_POST = re.compile(
    r"(?:head|director|manager|professor|lecturer|chief|president|vice|leiter(?:in)?|leitung|responsable|jefe|directora?)"
    r"\s(?:of|for|de|der|des|für|del)\b|(?:senior|junior|assistant|associate|managing|executive|deputy)\s",
    re.IGNORECASE,
)
"""How a post begins that somebody holds; what follows it tells more of the post and names nobody."""
_BODY = re.compile(
    r"\b(?:editor(?:s|ial|-in-chief)?|staff|team|newsroom|desk|newsdesk|reporters?|correspondents?|writers?|contributors?"
    r"|journalists?|experts?|experte|founder|ceo|developer|specialist|support|university|institute|magazine|agency"
    r"|agencies|agenturen|company|foundation|redaktion\w*|redakcja|redacción|redazione|redactie|rédaction|rédacteur"
    r"|редакция|редакція|press|presse|nachrichten|news|media|tv|gmbh|inc|llc|ltd"
    r"|dpa|afp|apa|sda|reuters|efe|ansa|ap|pap|tass|xinhua)\b"
    r"|\.(?:com|de|net|org|at|ch|fr|it|es|pl|ru)\b",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"(?:the |la |die |der )?(?:editor(?:s|ial(?: (?:staff|team|board))?)?|staff(?: (?:writer|reporter)s?)?|team"
    r"|newsroom|(?:news ?|web ?)?desk|agency|agencies|agenturen"
    r"|redaktion|redakcja|redacción|redazione|redactie|rédaction|редакция|редакція)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]")
_IN_NAMES = re.compile(r"[^\d:!?=#/]+")
_PARTICLES = frozenset(
    {"de", "da", "do", "dos", "das", "del", "della", "di", "la", "le", "van", "von", "der", "den", "ter", "ten", "zu"}
    | {"zum", "af", "av", "al", "el", "bin", "ibn", "ben", "bint", "abu", "y", "e", "und"}
)


@dataclass(frozen=True, slots=True)
class Byline:
    """A line that is nothing but a byline: its names, and the words behind them (a date, an agency)."""

    names: tuple[str, ...]
    rest: str


def names(raw: str) -> tuple[str, ...]:
    """The people and bodies named in what is known to be a byline, in order, each once."""
    line = " ".join(_ADDRESS.sub(" ", raw).split())
    parts = [found for part in _DOTS.split(line) if (found := _names(part))]
    people = (found for found in parts if any(map(looks_like_name, found)))
    return next(people, next(iter(parts), ()))


def _names(line: str) -> tuple[str, ...]:
    dated = any(map(str.isdigit, line))
    found: dict[str, str] = {}
    for part in _AND.split(_without_tail(_without_lead(line))):
        name = _TITLES.sub("", _without_lead(part)).strip(_EDGES)
        if found and _POST.match(name):
            break
        name = _MONTH.sub("", name) if dated else name  # Maio and April are names, too
        if is_name(name):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MAX_NAMES]


@lru_cache(maxsize=4096)
def read(line: str) -> Byline | None:
    """A whole line as a byline: a lead, and behind it names that look like names; else ``None``."""
    lead = LEAD.match(line)
    if lead is None:
        return None
    tail = _TAIL.search(line, lead.end())
    end = tail.start() if tail else len(line)
    found = names(line[lead.end() : end])
    if not found or not all(map(looks_like_name, found)):
        return None
    return Byline(found, line[end:].strip(_EDGES))


def is_name(text: str) -> bool:
    """Whether a piece of a byline can be a name at all."""
    short = 1 < len(text) <= MAX_NAME and len(text.split()) <= MAX_TOKENS and _WORD.search(text)
    return bool(short) and not _NO_NAME.search(text) and not LEAD.fullmatch(f"{text} ")


def is_anybody(name: str) -> bool:
    """Whether a name is more than the word for a newsroom."""
    return not _DESK.fullmatch(name)


def is_newsroom(name: str) -> bool:
    """Whether a name is that of a newsroom: a word for one, with the outlet's name beside it or without."""
    return any(_DESK.fullmatch(word) for word in re.split(r"[\s-]+", name))


def is_person(name: str) -> bool:
    """Whether a name may be a human being's, and not a newsroom's, an agency's or a role."""
    return not _BODY.search(name)


def looks_like_name(text: str) -> bool:
    """Whether free text is a name by its form: two words or more, each with a capital; or two to five ideographs."""
    words = text.split()
    if not text.isascii() and all("\u3040" <= letter <= "\u9fff" or letter == "·" for letter in text):
        return 1 < len(text) <= 5
    capital = [word for word in words if not word[0].islower()]
    small = [word for word in words if word[0].islower() and word.casefold() not in _PARTICLES]
    written = len(capital) > 1 and not small and _IN_NAMES.fullmatch(text) and len(max(words, key=len)) > 2
    return bool(written) and is_name(text) and is_person(text)


def _without_lead(text: str) -> str:
    while match := LEAD.match(text) or _GLUED.match(text):
        text = text[match.end() :]
    return text


def _without_tail(text: str) -> str:
    match = _TAIL.search(text, 2)
    return text[: match.start()] if match else text
