"""Why NEAR stands where it stands: what outlets do to a wire story joins it, another writer's report does not."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from tearsheet.dedupe.clusters import NEAR, ClusterInput, assign
from tearsheet.fingerprints import content_hash, near_hash, similarity

WIRE = """Port workers in Velmar ended a nine-day strike on Tuesday after the harbour company agreed to raise wages by
six per cent and to hire two hundred people for the night shift.

The agreement was reached shortly before midnight in talks led by the transport ministry, both sides said in a joint
statement.

Some forty freighters had been waiting off the coast, among them ships with grain for three neighbouring countries
that depend on the port.

"We did not get everything, but nobody will have to load containers alone in the dark any more," union leader Marta
Oleson told reporters outside the ministry.

The company said that it would take about two weeks to clear the backlog and asked shippers to confirm their slots
again.

Grain prices, which had risen by eleven per cent since the beginning of the strike, fell back within an hour of the
announcement.

Economists at the Velmar chamber of commerce put the loss for the region at eighty million crowns, most of it borne by
small haulage firms.

The strike began after a crane operator was badly injured during a shift on which, according to the union, only half
of the posts had been filled.

An inquiry into the accident goes on; the labour inspectorate has said that its report will be published in the
spring.

It was the longest stoppage at the port since the merger of the two harbour companies twelve years ago."""

LOCAL_LEAD = """Haulage firms along the northern motorway breathed a sigh of relief on Wednesday morning as the first
lorries rolled again.

"My drivers slept in their cabins for a week," said Jonas Pell, who runs a fleet of fourteen vehicles in Marrow."""

OTHER_WRITER = """The cranes of Velmar are turning again. After nine days without work the dockers accepted an offer
late on Tuesday that brings them six per cent more pay and a fuller night shift.

"We did not get everything, but nobody will have to load containers alone in the dark any more," said Marta Oleson,
who heads the union.

What finally moved the management remains unclear. People close to the talks point to the minister, who is said to
have threatened to send in the inspectorate on every single shift.

The quarrel was never only about money. Since a man fell from a ladder in the dark and broke his back, many families
had told their sons not to go out at night at all.

For the farmers of the hinterland the deal comes just in time. Their silos are full, and the wheat of the coming
harvest will need the space by the end of the month.

Whether the customers come back is another matter: two shipping lines have signed contracts with a rival harbour
farther south, and such contracts run for years.

The chamber of commerce speaks of eighty million crowns. Nobody in the taverns by the quay believes in the number, but
everybody has a cousin who sold his lorry."""

FOLLOW_UP = """A week after the strike at the port of Velmar the backlog has shrunk to eleven ships, the harbour
company said on Wednesday.

It still expects to need until the end of the month, since two of the nine cranes are being repaired.

The union, which ended the strike after the company agreed to raise wages by six per cent, accused it of being slow to
hire.

Of two hundred people promised for the night shift nineteen have begun to work, union leader Marta Oleson told
reporters.

The company answered that it had more than a thousand applications to read and that safety training takes ten days.

The price of grain has settled a little above the level of early autumn, according to the exchange."""

PARAGRAPHS = WIRE.split("\n\n")
EDITS = {
    "another headline in the text": "Dockers go back to work\n" + WIRE,
    "last paragraph dropped": "\n".join(PARAGRAPHS[:-1]),
    "last three paragraphs dropped": "\n".join(PARAGRAPHS[:-3]),
    "local lead": f"{LOCAL_LEAD}\n\n{WIRE}",
    "local lead, last paragraph dropped": "\n".join([LOCAL_LEAD, *PARAGRAPHS[:-1]]),
    "agency and place put before it": "VELMAR (Wire) - " + WIRE,
    "house style": WIRE.replace("per cent", "percent").replace('"', "“").replace("Tuesday", "Tuesday evening"),
    "paragraphs turned round": "\n".join(PARAGRAPHS[:2] + PARAGRAPHS[4:7] + PARAGRAPHS[2:4] + PARAGRAPHS[7:]),
    "a blurb left at its end": WIRE + "\nRead more about the port in our dossier, updated every morning at six.",
}
OTHERS = {
    "another writer": OTHER_WRITER,
    "a follow-up": FOLLOW_UP,
    "the first two paragraphs only": "\n".join(PARAGRAPHS[:2]),
}


def _alike(one: str, other: str) -> float:
    a, b = near_hash(one), near_hash(other)
    assert a is not None
    assert b is not None
    return similarity(a, b)


def _kind(other: str) -> str:
    texts = {"a": WIRE, "b": other}
    inputs = [
        ClusterInput(
            night="2026-01-05",
            document_id=name,
            version_id=name,
            published_at=None,
            content_hash=content_hash(text),
            near_hash=near_hash(text),
        )
        for name, text in texts.items()
    ]
    return assign(inputs)[1].kind


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_wire_story_joins(edit: str) -> None:
    assert _alike(WIRE, EDITS[edit]) >= NEAR + 0.1
    assert _kind(EDITS[edit]) == "near"


@pytest.mark.parametrize("other", OTHERS)
def test_another_report_of_the_same_event_does_not(other: str) -> None:
    assert _alike(WIRE, OTHERS[other]) <= NEAR - 0.15
    assert _kind(OTHERS[other]) == "first"


def test_only_punctuation_and_case_changed_is_identical() -> None:
    assert _kind(WIRE.upper().replace('"', "”")) == "identical"


def test_real_articles_are_near_or_far(pages_dir: Path) -> None:
    """Of real articles of the same days, in five languages, one pair lies between: a release reworded and cut."""
    lines = (pages_dir / "daniel" / "truth.jsonl").read_text("utf-8").splitlines()
    signatures = [signature for line in lines if (signature := near_hash(json.loads(line)["text"]))]
    alike = [similarity(a, b) for a, b in combinations(signatures, 2)]
    assert len(alike) > 10_000
    assert sum(value >= NEAR for value in alike) > 5
    assert sum(NEAR - 0.25 < value < NEAR + 0.2 for value in alike) <= 1
