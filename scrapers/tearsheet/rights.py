"""What rights signals come to under an installation's policy: the one place that judges them.

They are read by extraction and the crawl, and recorded as they were read; what holds is decided here, by the policy of
the night's plan (is there text, is the page asked again) or of the reader (may it be passed on).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tearsheet.config.models import Handling, RightsPolicy
from tearsheet.model import Rights

TDM = "tdm-reservation"
RESERVED = "1"
NOT_SHOWN = frozenset({"noarchive", "nocache"})
"""The signals of which one is enough for a page's copy never to be shown, whatever the policy."""
_KEYS = {
    "noarchive": "noarchive",
    "nocache": "noarchive",
    "noai": "noai",
    "noimageai": "noimageai",
    TDM: "tdm_reservation",
    "noindex": "noindex",
    "none": "noindex",
    "nosnippet": "nosnippet",
}
"""Under which key of the policy each signal stands; ``nocache`` and ``none`` are older words for two of them."""


def in_force(rights: Iterable[Rights]) -> frozenset[str]:
    """The signals that a policy can speak of, without a reservation that says that nothing is reserved."""
    return frozenset(
        each.signal
        for each in rights
        if each.signal in _KEYS and (each.signal != TDM or each.value.strip() == RESERVED)
    )


def shareable(rights: Iterable[Rights], policy: RightsPolicy) -> bool:
    """Whether a document with these signals may be passed on: be in releases, shares and exports for others."""
    return not in_force(rights) & unshared(policy)


def unshared(policy: RightsPolicy) -> frozenset[str]:
    """The signals of which one is enough for a document not to be passed on."""
    return _signals(policy, lambda handling: not handling.share)


def withheld(policy: RightsPolicy) -> frozenset[str]:
    """The signals of which one is enough for a page to be kept without its text."""
    return _signals(policy, lambda handling: handling.action != "keep")


def refused(policy: RightsPolicy) -> frozenset[str]:
    """The signals of which one is enough for a page not to be asked, or not again."""
    return _signals(policy, lambda handling: handling.action == "do_not_fetch")


def _signals(policy: RightsPolicy, test: Callable[[Handling], bool]) -> frozenset[str]:
    handlings = dict(policy)
    return frozenset(signal for signal, key in _KEYS.items() if test(handlings[key]))
