"""State: merged by night, in any order of nights, and read back as it was written."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet import state
from tearsheet.errors import RecordError
from tearsheet.state import ChannelState, Pending, Seen, SourceState, Visit
from tearsheet.storage import Store

NIGHTS = ["2026-01-01", "2026-01-02", "2026-01-03"]


def night_state(night: str, *, seen: dict[str, str | None], pending: tuple[str, ...] = ()) -> SourceState:
    """What one night teaches: URLs with their digests, URLs pending, one channel."""
    return SourceState(
        source="s",
        night=night,
        seen={url: Seen(url=url, visits={night: Visit(digest=digest)}) for url, digest in seen.items()},
        pending={url: Pending(url=url, first_night=night, reason="pending.timeout") for url in pending},
        channels={"feed": ChannelState(night=night, etag=night)},
    )


def test_seen_for_a_night_means_asked_in_another() -> None:
    known = SourceState(source="s").merged(night_state(NIGHTS[1], seen={"a": "x"}))
    assert known.is_seen("a", NIGHTS[0])
    assert known.is_seen("a", NIGHTS[2])
    assert not known.is_seen("a", NIGHTS[1])
    assert not known.is_seen("b", NIGHTS[0])


def test_an_older_night_run_late_overwrites_nothing_newer() -> None:
    newer = SourceState(source="s").merged(night_state(NIGHTS[2], seen={"a": "x"}, pending=("p",)))
    both = newer.merged(night_state(NIGHTS[0], seen={"b": "y", "p": "z"}, pending=("q",)))
    assert both.channels["feed"].etag == NIGHTS[2]
    assert both.night == NIGHTS[2]
    assert set(both.pending) == {"q"}, "p was captured in the older night, q is still to be asked"
    assert set(both.seen) == {"a", "b", "p"}


def test_a_newer_night_settles_what_was_pending() -> None:
    known = SourceState(source="s").merged(night_state(NIGHTS[0], seen={}, pending=("p", "q")))
    assert set(known.merged(night_state(NIGHTS[1], seen={"p": "x"}, pending=("q",))).pending) == {"q"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_last_capture_says_what_signals_hold(order: tuple[int, ...]) -> None:
    told = [("x", ("noai",)), ("y", ("noarchive",)), (None, ())]
    merged = SourceState(source="s")
    for number in order:
        digest, signals = told[number]
        seen = Seen(url="a", visits={NIGHTS[number]: Visit(digest=digest)}, signals=signals)
        merged = merged.merged(SourceState(source="s", night=NIGHTS[number], seen={"a": seen}))
    assert merged.seen["a"].signals == ("noarchive",)


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["x", "y", None])), min_size=3, max_size=3))
def test_what_is_seen_does_not_depend_on_the_order_of_nights(nights: list[dict[str, str | None]]) -> None:
    told = [night_state(night, seen=seen) for night, seen in zip(NIGHTS, nights, strict=True)]
    results = set()
    for order in permutations(told):
        merged = SourceState(source="s")
        for each in order:
            merged = merged.merged(each)
        results.add(repr(sorted((url, sorted(seen.visits.items())) for url, seen in merged.seen.items())))
    assert len(results) == 1


@pytest.mark.parametrize(
    ("visited", "night", "due"),
    [
        (["2026-01-01"], "2026-01-01", False),
        (["2026-01-01"], "2026-01-02", True),
        (["2026-01-01", "2026-01-02"], "2026-01-03", False),
        (["2026-01-01", "2026-01-02"], "2026-01-08", True),
        (["2026-01-01"], "2026-01-20", True),
        (["2026-01-01", "2026-01-20"], "2026-01-21", False),
        (["2026-01-05"], "2026-01-01", False),
    ],
)
def test_revisits_are_due_once_each_and_caught_up(visited: list[str], night: str, due: bool) -> None:
    seen = Seen(url="a", visits={each: Visit(digest="x") for each in visited})
    assert seen.due(night, (1, 7)) is due
    assert not seen.due(night, ())


def test_a_page_that_failed_for_good_is_never_due() -> None:
    gone = Seen(url="a", visits={NIGHTS[0]: Visit(digest=None)}, failed="failed.not_found")
    assert not gone.due("2026-02-01", (1, 7))


def test_state_survives_the_store_and_junk_is_named(store: Store) -> None:
    known = SourceState(source="s").merged(night_state(NIGHTS[0], seen={"a": "x"}, pending=("p",)))
    state.save(store, known)
    assert state.load(store, "s") == known
    assert state.load(store, "other") == SourceState(source="other")
    store.put(state.key("broken"), b"junk")
    with pytest.raises(RecordError, match=r"state/broken\.json\.gz"):
        state.load(store, "broken")
