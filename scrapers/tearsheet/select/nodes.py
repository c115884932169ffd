"""The tree of a query: And, Or and Not over terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tearsheet.select.terms import Term


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but the part."""

    part: Node


Node = And | Or | Not | Term


def joined(kind: type[And] | type[Or], parts: Iterable[Node]) -> Node:
    """An operation whose parts are never of its own kind."""
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


def terms(node: Node) -> Iterator[Term]:
    """Every term of a tree, negated ones too."""
    if isinstance(node, Term):
        yield node
    else:
        for part in (node.part,) if isinstance(node, Not) else node.parts:
            yield from terms(part)


def needs_a_match(node: Node, *, negated: bool = False) -> bool:
    """Whether nothing is selected without at least one word in it: not so for ``NOT a`` and ``a OR NOT b``."""
    if isinstance(node, Term):
        return not negated
    if isinstance(node, Not):
        return needs_a_match(node.part, negated=not negated)
    every = isinstance(node, Or) != negated  # negation turns one operation into the other
    return (all if every else any)(needs_a_match(part, negated=negated) for part in node.parts)


def normal(node: Node) -> str:
    """One text for all queries that differ in nothing but order, brackets, repetition and white space."""
    if isinstance(node, Term):
        return repr(node)
    if isinstance(node, Not):
        return f"Not({normal(node.part)})"
    parts = sorted({normal(part) for part in node.parts})
    return parts[0] if len(parts) == 1 else f"{type(node).__name__}({', '.join(parts)})"
