"""What a link leads to, told from its URL, its text and its place alone: an article, a section, a feed, or neither.

Recall before precision: a page that is no article costs one request and ends as a recorded drop; an article that is
not recognised is lost, unless a feed or sitemap names it. The guards are against what stands on *every* page of a site
(tags, authors, search, log-in, privacy, pagination), in the languages of the press: it would cost again and again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

HEADLINE_WORDS = 4
HEADLINE_LETTERS = 25
HEADLINE_IDEOGRAMS = 9
"""A link's text from any of these on reads like a headline, not like the label of a menu."""

# ruff: noqa: SIM905 - lists of quoted words are harder to read and to keep
_NEVER = frozenset(
    """
    wp-admin wp-login wp-content wp-includes wp-json cgi-bin cdn-cgi xmlrpc print share email-a-friend login signin
    sign-in signup sign-up register logout account mon-compte konto mein-konto anmelden registrieren connexion
    inscription entrar iniciar-sesion accedi inloggen logowanie giris cart checkout warenkorb panier carrito
    """.split()
)
"""Segments anywhere in a path that never lead to an article."""
_LISTING = frozenset(
    """
    tag tags tagged etiqueta etiquetas etiquette etiket etiketa schlagwort schlagworte stichwort mot-cle mots-cles tegi
    author authors autor autoren autores autori autore auteur auteurs avtor avtory avtori yazar yazarlar penulis
    skribent tac-gia writer writers contributor contributors profile profiles profil profils user users member members
    category categories categoria categorias categorie kategorie kategori kategoria
    search suche buscar busca buscador recherche ricerca zoeken szukaj sok sog arama cari poisk tim-kiem
    subscribe subscription subscriptions abo abonnement abonnements abonnieren suscripcion suscribete assine abbonati
    newsletter newsletters shop tienda boutique feed feeds rss
    """.split()
)
"""Segments anywhere in a path that lead to an article only where a date says so."""
_STANDING = frozenset(
    """
    over-ons ueber-uns uber-uns om-oss om-os o-nas sobre sobre-nos sobre-nosotros quienes-somos quem-somos chi-siamo
    qui-sommes-nous hakkimizda tentang-kami gioi-thieu despre-noi kontakt kontakte kontakty contacto contactos contato
    contatti iletisim lien-he hubungi-kami impressum imprint masthead kunye redaktion redaction colophon
    mentions-legales aviso-legal note-legali nota-legal gizlilik gizlilik-politikasi privacidad privatsphaere
    politica-de-privacidad politica-de-privacidade politica-de-cookies politique-de-confidentialite
    polityka-prywatnosci politika-konfidencialnosti nutzungsbedingungen agb cgu cgv regulamin conditions-generales
    terminos terminos-y-condiciones terminos-de-uso termos-de-uso condizioni mediadaten mediakit media-kit publicidad
    publicidade publicite reklama reklam werbung jobs careers karriere stellenangebote emploi empleo sitemap site-map
    archive archives archiv archivo faq help hilfe aide ayuda ajuda app apps e-paper epaper index home startseite
    accueil inicio accessibility barrierefreiheit code-of-ethics editorial-policy ethics-policy corrections-policy
    """.split()
)
"""Last segments of the pages about the site itself, with those of _STANDING_STEM."""
_NO_SECTION = _NEVER | _LISTING | _STANDING
_STANDING_STEM = re.compile(r"(?:about|contact|privacy|cookies?|datenschutz\w*|terms|advertis\w+)(?:-[a-z]+){0,2}")
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|pdf|mp[34]|m4a|ogg|wav|avi|mov|zip|gz|rar|docx?|xlsx?|pptx?|csv|css|js|json"
    r"|xml|rss|atom|rdf|ics|apk|exe|epub|txt)$"
)
_EXTENSION = re.compile(r"\.(?:s?html?|xhtml|phtml|php\d?|aspx?|jspx?|jhtml|cfm|cgi|pl|ece|ssf|cms|story|do|amp)$")
_MONTH = r"(?:0?[1-9]|1[0-2]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)"
_DATED = re.compile(
    rf"(?<!\d)(?:19[89]|20[0-4])\d(?:[/_-]{_MONTH}(?=[/_-])|(?:0[1-9]|1[0-2])[/_-]?(?:0[1-9]|[12]\d|3[01]))"
    r"[/_\d-]*[^/_\d-]"
)
"""A year and a month, and something after them: without it, it is that month's archive."""
_PAGINATION = re.compile(r"/(?:(?:comment-)?page|pagina|seite|strona|sayfa|p)[/-]?\d{1,4}/?$")
_ACTION = re.compile(r"(?:^|&)(?:share|replytocom|print|action)=")
_NUMBER = re.compile(
    r"\d{5,}|(?<=[a-z_-])\d{4}(?!\d)|[0-9a-f]{8}-[0-9a-f]{4}-|(?<![0-9a-z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}"
)
_ID_PARAMETER = re.compile(
    r"p|no|num|idx|seq_?\w*|[anops]id|(?:\w*(?:art|artikel|article|story|news|noticia|nota|item|doc|content|page|post|node))"
    r"?_?id|art|article|story|news"
)
_KEYLESS_ID = re.compile(r"[a-z]*\d{3,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEED = re.compile(r"/(?:rss|feeds?|atom)(?:\.(?:xml|rss|atom|php|aspx?))?/?$|\.rss$|/[\w-]*(?:rss|feed|atom)\.xml$")
_IDEOGRAPHS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0eff]")


@dataclass(frozen=True, slots=True)
class Link:
    """An absolute URL and the text that leads to it; the place: a menu, header or footer of the page, a heading."""

    url: str
    text: str
    in_furniture: bool = False
    in_heading: bool = False


def is_headline(text: str) -> bool:
    """Whether a link's text is long enough for a headline."""
    ideographs = len(_IDEOGRAPHS.findall(text))
    return ideographs >= HEADLINE_IDEOGRAMS or len(text) >= HEADLINE_LETTERS or len(text.split()) >= HEADLINE_WORDS


def is_article(link: Link) -> bool:
    """Whether a link may lead to an article; in a menu only if its URL has a date or number and its text is long."""
    split = urlsplit(link.url)
    path = unquote(split.path).lower()
    folders = _folders(path)
    name = folders[-1]
    if _FILE.search(path) or _PAGINATION.search(path) or _ACTION.search(split.query) or not _NEVER.isdisjoint(folders):
        return False
    if _DATED.search(path):
        return not link.in_furniture or is_headline(link.text)
    if not _LISTING.isdisjoint(folders) or name in _STANDING or _STANDING_STEM.fullmatch(name):
        return False
    numbered = bool(_NUMBER.search("/".join(folders[-2:]))) or _is_id(split.query)
    if link.in_furniture:
        return numbered and is_headline(link.text)
    words = len(_WORD.findall(name)) + len(_IDEOGRAPHS.findall(name)) // 2
    return numbered or words >= 3 or (is_headline(link.text) and (words >= 2 or len(folders) > 1))


def is_section(link: Link) -> bool:
    """Whether a link may lead to a page that lists articles: one or two plain words, and nothing else."""
    split = urlsplit(link.url)
    path = unquote(split.path).lower()
    folders = _folders(path)
    plain = all(0 < len(_WORD.findall(folder)) <= 3 and not re.search(r"\d{4}", folder) for folder in folders)
    return (
        plain
        and len(folders) <= 2
        and not split.query
        and not _FILE.search(path)
        and _NO_SECTION.isdisjoint(folders)
        and not _STANDING_STEM.fullmatch(folders[-1])
        and not is_headline(link.text)
    )


def is_feed(url: str) -> bool:
    """Whether a URL looks like a feed's: ``/feed/``, ``/rss``, ``news.rss``, ``atom.xml``."""
    path = urlsplit(url).path.lower()
    return bool(_FEED.search(path)) and "comments" not in path


def _folders(path: str) -> list[str]:
    """The segments of a path, the last without extension; ``/a/index.html`` is ``/a``."""
    folders = _EXTENSION.sub("", path.strip("/")).split("/")
    return folders[:-1] if len(folders) > 1 and folders[-1] in ("index", "") else folders


def _is_id(query: str) -> bool:
    pairs = parse_qsl(query.lower(), keep_blank_values=True)
    return any(
        (_ID_PARAMETER.fullmatch(name) and re.search(r"\d{3,}", value)) or (not value and _KEYLESS_ID.fullmatch(name))
        for name, value in pairs
    )
