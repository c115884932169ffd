"""What asks the reader to do something for the outlet is cut; what merely sounds like it stays."""

from __future__ import annotations

import pytest
from tests.unit.clean.article import cut_of

from tearsheet.model import Block

CALLS = {
    "en": """
        Sign up for our morning newsletter and get the news delivered to your inbox.
        Subscribe now to keep reading and support our newsroom.
        Already a subscriber? Log in
        Please consider supporting our journalism with a donation.
        Follow us on Facebook and Instagram for more.
        Enter your email address to receive our daily briefing.
        Have a tip? Email our editors or leave a comment below.
        Click here to read more stories from the coast.
        This article was originally published by Northwire.
        We use cookies to improve your experience.
        As an Amazon Associate we earn from qualifying purchases.
        Share this article
        Advertisement
        Story continues below advertisement
    """,
    "de": """
        Jetzt unseren Newsletter abonnieren und jeden Morgen informiert sein.
        Melden Sie sich hier für unseren kostenlosen Newsletter an.
        Sie haben bereits ein Abo? Hier einloggen.
        Folgen Sie uns auf Facebook und Instagram!
        Unterstützen Sie uns mit einer Spende.
        Haben Sie einen Fehler entdeckt? Schreiben Sie uns!
        Diese Website verwendet Cookies.
        Artikel teilen
        Anzeige
        Alle Rechte vorbehalten.
    """,
    "fr": """
        Inscrivez-vous à notre newsletter et recevez chaque matin l’essentiel dans votre boîte mail.
        Abonnez-vous pour soutenir notre rédaction.
        Déjà abonné ? Connectez-vous
        La suite de cet article est réservée aux abonnés.
        Suivez-nous sur Facebook et Instagram.
        Partager cet article
        Nous utilisons des cookies pour mesurer l’audience.
        Publicité
        Tous droits réservés.
    """,
    "es": """
        Suscríbete a nuestra newsletter y recibe las noticias en tu correo.
        Hazte socio y apoya nuestro periodismo.
        ¿Ya eres suscriptor? Inicia sesión
        Este contenido es exclusivo para suscriptores.
        Síguenos en Facebook y Twitter.
        Comparte esta noticia
        Utilizamos cookies para mejorar tu experiencia.
        Publicidad
        Todos los derechos reservados.
    """,
    "it": """
        Iscriviti alla nostra newsletter e ricevi ogni mattina le notizie nella tua casella.
        Abbonati per sostenere il nostro giornale.
        Sei già abbonato? Accedi
        Contenuto riservato agli abbonati.
        Seguici su Facebook e Instagram.
        Condividi questo articolo
        Utilizziamo i cookie per migliorare la tua esperienza.
        Pubblicità
        Riproduzione riservata
    """,
    "ru": """
        Подпишитесь на нашу рассылку и получайте новости каждое утро.
        Подписывайтесь на наш Telegram-канал!
        Чтобы читать дальше, оформите подписку.
        Поддержите нашу редакцию.
        Нашли ошибку? Выделите её и нажмите Ctrl+Enter.
        Поделиться
        Наш сайт использует файлы cookie.
        На правах рекламы
        Все права защищены.
    """,
}
PROSE = {
    "en": """
        Subscribers to the opera paid twelve per cent more this year, the theatre said in its report.
        He signed up for the navy in 1951, left it in 1953 and never spoke of either day.
        Share prices of the ferry company fell by a third on Monday morning.
        The newsletter of the rowing club had reported the flood a day before the county did.
        Follow the river south for a mile and the towers of the old refinery come into view.
        The company said that it uses cookies from forty partners, and that it would stop.
        She subscribed to the view that bridges should be ugly and last.
        Members of the council were told by email, an hour after the press.
        Support for our troops, the minister said, is not a matter of taste.
        Advertising on trams has been banned in the city since 2019.
        By Tuesday the water had reached the second step of the town hall.
        Related claims were dismissed by the court in 2024.
        The photograph shows her on the quay with a cat under her arm.
        “Subscribe today, regret it tomorrow,” she told the court.
        By contrast, Dorrick has no debt at all.
        By Friday 300 people had signed.
        Readers who earn a commission on the sale must say so, the court held.
        Donations to the lifeboat have doubled since the storm.
        Comments made by the minister were deleted.
    """,
    "de": """
        Abonnenten der Oper zahlten in diesem Jahr zwölf Prozent mehr, teilte das Haus mit.
        Er meldete sich 1951 zur Marine und sprach nie darüber.
        Der Newsletter des Rudervereins hatte die Flut einen Tag vor dem Kreis gemeldet.
        Die Anzeige gegen den Händler ging am Montag bei der Staatsanwaltschaft ein.
        Wer dem Fluss folgt, sieht nach einer Meile die Türme der Raffinerie.
        Der Händler verwendete nach eigenen Angaben Dienste von vierzig Firmen.
        Teilen wollte er nichts, nicht einmal den Schlüssel zum Bootshaus.
        Von Montag an fährt die Fähre wieder zweimal am Tag.
        Mehr als hundert Menschen kamen zur Versammlung in die Stadthalle.
        Von 340 Beschäftigten blieben zwölf.
        Von Kritik hält der Minister wenig.
        Spenden in Höhe von 40.000 Euro gingen ein.
    """,
    "fr": """
        Les abonnés de l’opéra ont payé douze pour cent de plus cette année, selon le théâtre.
        Il s’était inscrit à la marine en 1951 et n’en parlait jamais.
        La newsletter du club d’aviron avait annoncé la crue la veille.
        La publicité dans les tramways est interdite depuis 2019.
        Par la fenêtre du bureau, on voit encore les grues du port.
        Lire à haute voix après minuit était interdit dans cette maison.
        Partager le lac entre trois communes a pris onze ans.
        L’entreprise a reconnu qu’elle vendait les données de ses clients.
        Par mesure de sécurité, le pont est fermé.
        Par 214 voix contre 190, le texte est adopté.
    """,
    "es": """
        Los abonados de la ópera pagaron un doce por ciento más este año, según el teatro.
        Se apuntó a la marina en 1951 y nunca habló de ello.
        El boletín del club de remo había anunciado la riada la víspera.
        La publicidad en los tranvías está prohibida desde 2019.
        Por la ventana del despacho todavía se ven las grúas del puerto.
        Compartir el pantano entre tres pueblos costó once años de pleitos.
        Más de cien personas acudieron a la asamblea en la plaza.
        Seguir el río hacia el sur es la única manera de llegar.
        Por suerte nadie resultó herido.
        Por 214 votos a favor se aprobó la ley.
    """,
    "it": """
        Gli abbonati del teatro hanno pagato il dodici per cento in più quest’anno.
        Si era iscritto alla marina nel 1951 e non ne parlava mai.
        La newsletter del circolo dei canottieri aveva annunciato la piena il giorno prima.
        La pubblicità sui tram è vietata dal 2019.
        Dalla finestra dell’ufficio si vedono ancora le gru del porto.
        Condividere il lago fra tre comuni è costato undici anni di processi.
        Più di cento persone sono venute all’assemblea in piazza.
        Leggere ad alta voce dopo mezzanotte era vietato in quella casa.
        Segui il fiume e arrivi al mare.
        Entra in vigore lunedì la nuova tariffa.
    """,
    "ru": """
        Подписчики оперного театра заплатили в этом году на двенадцать процентов больше.
        Он записался на флот в 1951 году и никогда об этом не говорил.
        Рассылка гребного клуба сообщила о паводке на день раньше района.
        Реклама в трамваях запрещена с 2019 года.
        Поделить озеро между тремя сёлами удалось только через суд.
        Автор проекта моста, инженер Берестов, не дожил до открытия.
        Читать вслух после полуночи в этом доме запрещали.
        Больше ста человек пришли на собрание в дом культуры.
        Принять закон не успели.
        Вход в здание закрыт до понедельника.
        Подробнее о паводке расскажут завтра.
    """,
}
LEADS = {
    "en": "Read more: The harbour is to be dredged in spring",
    "de": "Lesen Sie auch: Der Hafenausbau verzögert sich um zwei Jahre",
    "fr": "Lire aussi : Le barrage de Sorgues prend encore du retard",
    "es": "Te puede interesar: El pantano, al ochenta por ciento",
    "it": "Leggi anche: Il carnevale torna sul lungomare",
    "ru": "Читайте также: Мост через Таволгу закрыли до июня",
}
ABOUT = [
    (
        "en",
        "Why newsletters outlive papers",
        "Subscribe to one of our newsletters and you will notice how little they resemble a front page.",
    ),
    (
        "en",
        "Why newsletters outlive papers",
        "Sign up for the free newsletter of the bakery and you get the weather, a recipe and a quarrel.",
    ),
    (
        "en",
        "Court bans cookie banners",
        "The banner said that the site uses cookies from forty partners, and offered no way to refuse.",
    ),
    (
        "en",
        "How subscriptions saved a theatre",
        "Subscribe today for our twelve evenings, the poster said, and three thousand people did.",
    ),
    (
        "de",
        "Gericht verbietet Cookie-Banner",
        "Die Website verwendet Cookies von 41 Firmen, ablehnen ließ sich das nicht.",
    ),
    (
        "de",
        "Warum Newsletter überleben",
        "Jetzt unseren Newsletter abonnieren, stand auf dem Plakat, und keiner wusste, wessen.",
    ),
    (
        "fr",
        "Pourquoi la newsletter survit au journal",
        "Inscrivez-vous à notre newsletter, disait l’affiche, et deux mille habitants l’ont fait.",
    ),
    (
        "es",
        "Por qué sobreviven las newsletters",
        "Suscríbete a nuestra newsletter, decía el cartel, y dos mil vecinos lo hicieron.",
    ),
    (
        "it",
        "Perché le newsletter sopravvivono",
        "Iscriviti alla nostra newsletter, diceva il manifesto, e duemila abitanti lo fecero.",
    ),
    (
        "ru",
        "Почему рассылки переживают газеты",
        "Подпишитесь на нашу рассылку, говорила афиша, и две тысячи жителей подписались.",
    ),
]


def _lines(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, line.strip()) for language, lines in table.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("language", "line"), _lines(CALLS))
def test_calls_are_cut(language: str, line: str) -> None:
    assert cut_of(Block(kind="paragraph", text=line), language=language)


@pytest.mark.parametrize(("language", "line"), _lines(CALLS))
def test_calls_are_cut_whatever_the_language(language: str, line: str) -> None:
    assert cut_of(Block(kind="paragraph", text=line), language=None)


@pytest.mark.parametrize(("language", "line"), LEADS.items())
def test_names_of_other_articles_are_cut_where_they_are_links(language: str, line: str) -> None:
    linked = Block(kind="paragraph", text=line, linked=0.8, target="site")
    found = cut_of(linked, language=language)
    assert found is not None
    assert found.reason == "related"


@pytest.mark.parametrize(("language", "line"), _lines(PROSE))
def test_sentences_that_sound_like_calls_stay(language: str, line: str) -> None:
    assert cut_of(Block(kind="paragraph", text=line), language=language) is None


@pytest.mark.parametrize(("language", "title", "line"), ABOUT)
def test_an_article_about_it_keeps_its_sentences(language: str, title: str, line: str) -> None:
    block = Block(kind="paragraph", text=line)
    assert cut_of(block, language=language), "without that title it is a call"
    assert cut_of(block, language=language, title=title) is None
