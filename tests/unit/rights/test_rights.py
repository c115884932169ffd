"""The policy: which signals hold, what may be shared, what is kept without text or not asked again."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tearsheet.config.models import RightsPolicy
from tearsheet.extract.rights import ROBOTS_SIGNALS
from tearsheet.model import Rights
from tearsheet.rights import TDM, in_force, refused, shareable, withheld

DEFAULT = RightsPolicy()


def signals(*names: str) -> tuple[Rights, ...]:
    return tuple(Rights(signal=name, value="1", origin="test") for name in names)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), True),
        (("noindex", "nosnippet", "none", "noimageai"), True),
        (("license", "tdm-policy"), True),
        (("noarchive",), False),
        (("nocache",), False),
        (("noai",), False),
        (("tdm-reservation",), False),
        (("noindex", "noai"), False),
    ],
)
def test_what_is_shared_where_nothing_is_set(names: tuple[str, ...], expected: bool) -> None:
    assert shareable(signals(*names), DEFAULT) is expected
    assert not withheld(DEFAULT)


@pytest.mark.parametrize(("value", "expected"), [("1", False), (" 1 ", False), ("0", True), ("", True), ("yes", True)])
def test_a_reservation_holds_where_it_says_1(value: str, expected: bool) -> None:
    assert shareable((Rights(signal=TDM, value=value, origin="header"),), DEFAULT) is expected


def test_a_policy_is_set_signal_by_signal() -> None:
    policy = RightsPolicy.model_validate(
        {
            "noarchive": {"action": "do_not_fetch", "share": True},
            "noai": {"action": "keep_without_text"},
            "noindex": {"share": False},
        }
    )
    assert refused(policy) == {"noarchive", "nocache"}
    assert withheld(policy) == {"noarchive", "nocache", "noai"}
    assert shareable(signals("noarchive"), policy)
    assert not shareable(signals("noai"), policy), "what is not said stays as it was"
    assert not shareable(signals("none"), policy)


def test_every_signal_that_robots_are_given_has_a_place_in_the_policy() -> None:
    assert in_force(signals(*ROBOTS_SIGNALS, TDM, "license")) == {*ROBOTS_SIGNALS, TDM}


@pytest.mark.parametrize(
    "wrong", [{"noai": {"action": "drop"}}, {"noai": "keep"}, {"nofollow": {}}, {"noai": {"x": 1}}]
)
def test_what_is_no_policy_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RightsPolicy.model_validate(wrong)
