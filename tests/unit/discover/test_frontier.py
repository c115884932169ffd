"""Which URLs are asked tonight: every rule, and that nothing is lost or asked twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet.config.models import Limits, Source
from tearsheet.discover.frontier import MAX_MENTIONS, Frontier, choose
from tearsheet.model import Candidate, ChannelKind, Mention, Outcome
from tearsheet.state import GIVE_UP_AFTER_NIGHTS, Pending, Seen, SourceState, Visit
from tearsheet.tombstones import Tombstones
from tearsheet.urls import document_id

NIGHT = "2024-05-06"
STORY = "https://example.com/a-story"
FEED = "https://example.com/feed"


def source(**limits: object) -> Source:
    return Source(
        id="press",
        name="Press",
        homepage="https://www.example.com/",
        country="DE",
        language="de",
        feeds=("https://feeds.example.net/press",),
        sections=("https://archive.example.org/news",),
        limits=Limits.model_validate(limits),
    )


def night(days: int) -> str:
    return (datetime.fromisoformat(NIGHT) + timedelta(days=days)).date().isoformat()


def mention(day: str | datetime | None = None, channel: str = FEED, title: str | None = None) -> Mention:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC) if isinstance(day, str) else day
    return Mention(channel=channel, kind=ChannelKind.FEED, published=moment, title=title)


def seen(url: str = STORY, *nights: str, failed: str | None = None) -> SourceState:
    visits = {each: Visit(digest=None if failed else "sha256:x") for each in nights}
    return SourceState(source="press", seen={document_id(url): Seen(url=url, visits=visits, failed=failed)})


def pending(first_night: str, url: str = STORY, *mentions: Mention) -> SourceState:
    waiting = Pending(url=url, first_night=first_night, reason="failed.timeout", mentions=mentions)
    return SourceState(source="press", pending={document_id(url): waiting})


def decide(
    *entries: tuple[str, Mention], known: SourceState | None = None, adopted: set[str] | None = None, **limits: object
) -> Frontier:
    return choose(source(**limits), NIGHT, known or SourceState(source="press"), entries, adopted=adopted or set())


def everything(frontier: Frontier) -> list[Candidate | Outcome]:
    return [*frontier.ask, *frontier.outcomes]


def outcome(frontier: Frontier) -> str:
    """Of the only candidate."""
    (only,) = everything(frontier)
    return only.outcome if isinstance(only, Outcome) else "asked"


def test_spellings_of_a_document_are_one_candidate_with_all_mentions() -> None:
    first, second = mention(title="One"), mention("2024-05-05", "https://example.com/sitemap.xml")
    frontier = decide((STORY + "?utm_source=rss", first), (STORY, second), (STORY, first))
    assert frontier == Frontier(
        ask=(
            Candidate(
                document_id=document_id(STORY), url=STORY + "?utm_source=rss", source="press", mentions=(first, second)
            ),
        ),
        outcomes=(),
    )


def test_mentions_are_bounded_and_the_newest_date_counts_all_the_same() -> None:
    old = [(STORY, mention("2020-01-01", f"{FEED}/{number}")) for number in range(50)]
    (candidate,) = decide(*old, (STORY, mention("2024-05-05"))).ask
    assert len(candidate.mentions) == MAX_MENTIONS


@pytest.mark.parametrize(
    ("day", "lookback", "expected"),
    [
        ("2024-04-29", 7, "asked"),
        ("2024-04-28", 7, "skipped.too_old"),
        ("2024-05-06", 0, "asked"),
        ("2024-05-05", 0, "skipped.too_old"),
        ("2024-05-08", 0, "asked"),
        ("1901-01-01", None, "asked"),
        (None, 0, "asked"),
        ("1970-06-01", 36500, "asked"),
    ],
)
def test_lookback(day: str | None, lookback: int | None, expected: str) -> None:
    assert outcome(decide((STORY, mention(day)), lookback_days=lookback)) == expected


def test_the_newest_of_several_dates_decides() -> None:
    assert outcome(decide((STORY, mention("2020-01-01")), (STORY, mention("2024-05-06", "x")))) == "asked"


def test_a_date_is_compared_in_the_collections_zone() -> None:
    evening = (STORY, mention(datetime(2024, 5, 5, 20, tzinfo=UTC)))
    for zone, expected in ((ZoneInfo("Asia/Almaty"), 1), (ZoneInfo("UTC"), 0)):
        frontier = choose(source(lookback_days=0), NIGHT, SourceState(source="press"), [evening], zone=zone)
        assert len(frontier.ask) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://sport.example.com/a", "asked"),
        ("https://archive.example.org/a", "asked"),
        ("https://elsewhere.example/a", "skipped.foreign"),
        ("https://feeds.example.net/a", "skipped.foreign"),
    ],
)
def test_foreign_sites(url: str, expected: str) -> None:
    assert outcome(decide((url, mention()))) == expected


def test_of_two_spellings_the_one_on_the_sources_site_is_asked() -> None:
    cached = "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a-story"
    (candidate,) = decide((cached, mention()), (STORY, mention())).ask
    assert candidate.url == STORY


def test_what_was_seen_on_another_night_is_not_asked() -> None:
    assert outcome(decide((STORY, mention()), known=seen(STORY, night(-3)), revisit=())) == "skipped.seen"
    assert outcome(decide((STORY, mention()), known=seen(STORY, night(3)))) == "skipped.seen"
    gone = seen(STORY, night(-3), failed="failed.not_found")
    assert outcome(decide((STORY, mention()), known=gone, revisit=(1,))) == "skipped.seen"


def test_what_was_seen_on_this_night_alone_is_asked_again_by_its_re_run() -> None:
    assert outcome(decide((STORY, mention()), known=seen(STORY, NIGHT))) == "asked"


def test_a_revisit_is_asked_by_its_first_url_even_if_no_channel_names_it() -> None:
    known = seen(STORY + "?id=1", night(-1))
    (named,) = decide((STORY + "?id=1&utm_source=x", mention()), known=known, revisit=(1,)).ask
    (unnamed,) = decide(known=known, revisit=(1,)).ask
    assert named.url == unnamed.url == STORY + "?id=1"
    assert named.mentions == (mention(),)
    assert unnamed.mentions == (Mention(channel="state/press.json.gz", kind=ChannelKind.REVISIT),)
    assert decide(known=known, revisit=(2,)) == Frontier(ask=(), outcomes=())


def test_a_revisit_is_asked_whatever_its_age() -> None:
    assert outcome(decide((STORY, mention("2020-01-01")), known=seen(STORY, night(-1)), revisit=(1,))) == "asked"


def test_what_is_pending_is_asked_again_with_what_was_said_of_it() -> None:
    said = mention("2020-01-01", title="Old")
    (candidate,) = decide(known=pending(night(-1), STORY, said)).ask
    assert (candidate.url, candidate.mentions) == (STORY, (said,))
    (bare,) = decide(known=pending(night(-1))).ask
    assert bare.mentions == (Mention(channel="state/press.json.gz", kind=ChannelKind.PENDING),)
    (named,) = decide((STORY + "?utm_source=x", mention(channel="new")), known=pending(night(-1), STORY, said)).ask
    assert (named.url, named.mentions) == (STORY, (said, mention(channel="new")))


def test_what_is_pending_too_long_is_given_up() -> None:
    assert outcome(decide(known=pending(night(1 - GIVE_UP_AFTER_NIGHTS)))) == "asked"
    (given_up,) = decide(known=pending(night(-GIVE_UP_AFTER_NIGHTS))).outcomes
    assert given_up.outcome == "failed.gave_up"
    assert given_up.detail == f"since {night(-GIVE_UP_AFTER_NIGHTS)}: failed.timeout"
    assert given_up.first_night is None


def test_what_this_night_holds_already_is_captured() -> None:
    frontier = decide((STORY, mention()), known=pending(night(-9)), adopted={document_id(STORY), "another"})
    assert outcome(frontier) == "captured"


def test_over_the_limit_the_newest_are_asked_first_then_the_undated_then_revisits() -> None:
    pages = [f"https://example.com/page-{number}" for number in range(6)]
    entries = [
        (pages[0], mention()),
        (pages[1], mention("2024-05-04")),
        (pages[2], mention("2024-05-05")),
        (pages[3], mention()),
        (pages[4], mention("2024-05-06")),
        (pages[5], mention("2024-05-06")),
    ]
    frontier = decide(*entries, known=seen(pages[4], night(-1)), revisit=(1,), max_pages=4)
    assert [candidate.url for candidate in frontier.ask] == [pages[5], pages[2], pages[1], pages[0]]
    assert [(late.url, late.outcome, late.first_night) for late in frontier.outcomes] == [
        (pages[3], "pending.over_limit", NIGHT),
        (pages[4], "pending.over_limit", NIGHT),
    ]


def test_over_the_limit_again_keeps_its_first_night() -> None:
    frontier = decide(("https://example.com/new", mention("2024-05-06")), known=pending(night(-2)), max_pages=1)
    assert [late.first_night for late in frontier.outcomes] == [night(-2)]


def test_what_an_earlier_attempt_captured_counts_against_the_limit() -> None:
    entries = [(f"https://example.com/page-{number}", mention()) for number in range(5)]
    frontier = decide(*entries, adopted={document_id(url) for url, _ in entries[:2]}, max_pages=3)
    assert len(frontier.ask) == 1
    assert Counter(each.outcome for each in frontier.outcomes) == {"captured": 2, "pending.over_limit": 2}


PAGES = [f"https://{host}/page-{number}" for host in ("example.com", "foreign.example") for number in range(8)]
spellings = st.sampled_from(PAGES).flatmap(
    lambda page: st.sampled_from([page, page + "/", page + "?utm_source=x", page.replace("https", "http") + "#x"])
)
said = st.builds(
    mention,
    st.one_of(st.none(), st.datetimes(datetime(2024, 4, 20), datetime(2024, 5, 8), timezones=st.just(UTC))),  # noqa: DTZ001
    st.sampled_from([FEED, "https://example.com/sitemap.xml"]),
)
entry_lists = st.lists(st.tuples(spellings, said), max_size=30)
nights = st.integers(-8, 3).map(night)
states = st.builds(
    lambda seen_pages, pending_pages: SourceState(
        source="press",
        seen={
            document_id(page): Seen(url=page, visits={each: Visit(digest="sha256:x") for each in when})
            for page, when in seen_pages.items()
        },
        pending={
            document_id(page): Pending(url=page, first_night=first, reason="failed.timeout")
            for page, first in pending_pages.items()
        },
    ),
    st.dictionaries(st.sampled_from(PAGES[:8]), st.sets(nights, min_size=1, max_size=3), max_size=4),
    st.dictionaries(st.sampled_from(PAGES[:8]), nights, max_size=3),
)
adoptions = st.sets(st.sampled_from(PAGES).map(document_id), max_size=3)


@settings(deadline=None)
@given(entry_lists, states, adoptions, st.integers(1, 20))
def test_every_candidate_is_decided_exactly_once(
    entries: list[tuple[str, Mention]], known: SourceState, adopted: set[str], limit: int
) -> None:
    frontier = choose(source(max_pages=limit), NIGHT, known, entries, adopted=adopted)
    decided = everything(frontier)
    due = {key for key, value in known.seen.items() if value.due(NIGHT, source().limits.revisit)}
    expected = {document_id(url) for url, _ in entries} | set(known.pending) | due
    assert sorted(each.document_id for each in decided) == sorted(expected)
    assert all(document_id(each.url) == each.document_id for each in decided)
    counts = Counter(each.outcome for each in frontier.outcomes)
    room = max(0, limit - counts["captured"])
    assert len(frontier.ask) == room if counts["pending.over_limit"] else len(frontier.ask) <= room


@settings(deadline=None)
@given(entry_lists, states, adoptions)
def test_nothing_seen_or_held_is_asked_unless_it_is_due(
    entries: list[tuple[str, Mention]], known: SourceState, adopted: set[str]
) -> None:
    for candidate in choose(source(revisit=(1, 4)), NIGHT, known, entries, adopted=adopted).ask:
        assert candidate.document_id not in adopted
        if known.is_seen(candidate.document_id, NIGHT):
            assert known.seen[candidate.document_id].due(NIGHT, (1, 4))


@settings(deadline=None)
@given(entry_lists.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))), states, adoptions)
def test_the_order_of_channels_decides_nothing(
    orders: tuple[list[tuple[str, Mention]], list[tuple[str, Mention]]], known: SourceState, adopted: set[str]
) -> None:
    def verdicts(entries: list[tuple[str, Mention]]) -> dict[str, str]:
        frontier = choose(source(), NIGHT, known, entries, adopted=adopted)
        ended = {each.document_id: each.outcome for each in frontier.outcomes}
        return ended | {each.document_id: "asked" for each in frontier.ask}

    one, other = orders
    assert verdicts(one) == verdicts(other)


@pytest.mark.parametrize(
    ("signals", "refused", "expected"),
    [
        (("noai",), {"noai", "noarchive"}, "skipped.rights"),
        (("noai",), {"noarchive"}, "asked"),
        ((), {"noai"}, "asked"),
        (("noai",), set(), "asked"),
    ],
)
def test_a_page_that_refused_is_not_asked_again(signals: tuple[str, ...], refused: set[str], expected: str) -> None:
    visits = {night(-1): Visit(digest="sha256:x")}
    known = SourceState(source="press", seen={document_id(STORY): Seen(url=STORY, visits=visits, signals=signals)})
    assert outcome(choose(source(), NIGHT, known, [(STORY, mention())], refused=refused)) == expected


@pytest.mark.parametrize(
    "down", [Tombstones(documents=frozenset({document_id(STORY)})), Tombstones(sources=frozenset({"press"}))]
)
@pytest.mark.parametrize("known", [SourceState(source="press"), seen(STORY, night(-1)), pending(night(-1))])
def test_what_was_taken_down_is_never_asked_whatever_is_known_of_it(down: Tombstones, known: SourceState) -> None:
    told = mention(NIGHT, title="A title")
    found = choose(source(revisit=(1,)), NIGHT, known, [(STORY, told)], adopted={document_id(STORY)}, taken_down=down)
    assert found.ask == ()
    assert [(outcome.outcome, outcome.mentions) for outcome in found.outcomes] == [("skipped.tombstone", ())]
