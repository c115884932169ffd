"""A plain text dump of an article with all that such dumps hold beside it."""

DUMP = """

Aldmoor, Brackwater Claim Success Against Attempted “Closing of the Quay”

The mayor of Aldmoor claimed on Monday that the quay would stay open, after a week in which it had been shut twice.

The harbour master [said](#) that order had been restored, though the search for the missing buoy was continuing.

Ada Quill (AP Images)

“Under the guise of a regatta, a crowd broke the gate... It became clear. Subscribe to our paper, one shouted,” he said.

He also [promised](#) that a guard headed by the pilots would prevent “regattas” from

Written by [Ines Holloway](#) on January 10, 2022

overtaking the neighbouring ports.

The *Brackwater Times* reports:

[The mayor] claimed that the rowers had used **borrowed** oars, and cited other regattas that ousted harbour masters.

Aldmoor, then, has become the site of a conflict between two competing clubs. Was it, in fact, a [“regatta”](#)?

# Subscribe to the Aldmoor Ledger

Get exclusive digital access to the most informative, non-partisan news source for ropes and knots!

- 24 Issues Per Year
- Digital Edition Access
- Unlimited PDF Downloads
- Cancel anytime.

Subscribe Now
"""
