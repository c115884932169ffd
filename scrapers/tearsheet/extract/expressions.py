"""Trafilatura's XPath expressions as walks over the tree that find the same elements at a tenth of the cost.

lxml answers each ``re:test`` of an expression with a call into Python, and Trafilatura asks it of every element of a
page several times over: two fifths of its time. Here an expression is read once and becomes a walk that tests an
element's attributes, and remembers what it has said of a value: a site's pages repeat their class names.

What is understood: ``.//name[…][…]``, also united by ``|``, with ``self::a or self::b`` and conditions on attributes
joined by ``or``. A predicate that is none of these is asked of lxml, of the elements that are left. Patterns are
Python's, as in lxml (EXSLT regular expressions, http://exslt.org/regexp/). Whether both find the same elements is
tested on pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from importlib import import_module
from itertools import islice

import trafilatura.xpaths
from lxml.etree import XPath
from lxml.html import HtmlElement

Test = Callable[[HtmlElement], bool]
Check = Callable[[str], bool]
Find = Callable[[HtmlElement], Sequence[HtmlElement]]

NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
REMEMBERED = 4096
MEMORABLE = 300
"""Values that are remembered of an attribute, and characters of the longest: a page can name things at any length."""
STEP = re.compile(r"\.//(\*|\w+)")
CONDITION = re.compile(
    r"(?:(?P<ask>contains|starts-with|re:test)\(\s*(?:translate\()?(?P<asked>@[\w-]+(?:\|@[\w-]+)*)"
    r"(?:,\s*'(?P<those>\w+)',\s*'(?P<these>\w+)'\))?,\s*'(?P<wanted>[^']*)'(?:,\s*'(?P<flags>i)')?\s*\)"
    r"|(?P<own>@[\w-]+)(?:\s*=\s*'(?P<value>[^']*)')?)"
)
SELF = re.compile(r"self::(\w+)")
PARTS = re.compile(r"'[^']*'|[()\[\]]|\||\bor\b|[^'()\[\]|o]+|o")


def every(*expressions: XPath) -> Find:
    """A walk that finds the elements of any of some expressions, in page order."""
    names, holds = _read(*(expression.path for expression in expressions))
    return lambda tree: [element for element in tree.iterdescendants(*names) if holds(element)]


def first(expression: XPath) -> Find:
    """A walk that finds only the first element of an expression (``…[1]``), or none."""
    names, holds = _read(expression.path)
    return lambda tree: list(islice(filter(holds, tree.iterdescendants(*names)), 1))


def _read(*paths: str) -> tuple[tuple[str, ...], Test]:
    """The names of the elements that may be found, and the test that finds them."""
    branches = [Branch.read(_without_index(part)) for path in paths for part in _split(path, "|")]
    names = tuple(dict.fromkeys(name for branch in branches for name in branch.names))

    @cache
    def test(tag: str) -> Test:
        return _any([branch for branch in branches if not {tag, "*"}.isdisjoint(branch.names)])

    alike = len({branch.names for branch in branches}) == 1
    return names, _any(branches) if alike else lambda element: test(element.tag)(element)


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative of an expression: the names of its elements (``*``: any) and what must hold of them.

    A predicate is conditions on attributes, of which one must hold, or a test of its own.
    """

    names: tuple[str, ...]
    predicates: tuple[Sequence[re.Match[str]] | Test, ...]

    @classmethod
    def read(cls, path: str) -> Branch:
        """Read ``.//name[…][…]``.

        Raises:
            ValueError: the path is of another form.
        """
        step = STEP.match(path)
        if step is None:
            raise ValueError(f"not understood: {path}")
        names: tuple[str, ...] = (step[1],)
        predicates: list[Sequence[re.Match[str]] | Test] = []
        for predicate in _predicates(path[step.end() :]):
            parts = _split(predicate, "or")
            selves = [match[1] for part in parts if (match := SELF.fullmatch(part))]
            if len(selves) == len(parts):
                names = tuple(selves)
            else:
                matches = [match for part in parts if (match := CONDITION.fullmatch(part))]
                predicates.append(matches if len(matches) == len(parts) else _asked_of_lxml(predicate))
        return cls(names, tuple(predicates))


def _any(branches: Sequence[Branch]) -> Test:
    """One test for all branches: those that ask for one attribute or another are asked at once."""
    plain = [match for branch in branches if len(branch.predicates) == 1 for match in _conditions(branch.predicates[0])]
    others = [
        reduce(_both, [each if callable(each) else _attributes(each) for each in branch.predicates] or [_anything])
        for branch in branches
        if len(branch.predicates) != 1 or callable(branch.predicates[0])
    ]
    return reduce(_either, [*([_attributes(plain)] if plain else []), *others])


def _anything(_: HtmlElement) -> bool:
    return True


def _either(one: Test, other: Test) -> Test:
    return lambda element: one(element) or other(element)


def _both(one: Test, other: Test) -> Test:
    return lambda element: one(element) and other(element)


def _conditions(predicate: Sequence[re.Match[str]] | Test) -> Sequence[re.Match[str]]:
    return () if callable(predicate) else predicate


def _attributes(conditions: Sequence[re.Match[str]]) -> Test:
    """One test of an element's attributes for all conditions."""
    by_name: dict[str, list[Check]] = {}
    by_first: list[tuple[frozenset[str], Check]] = []
    for match in conditions:
        names = (match["own"] or match["asked"]).replace("@", "").split("|")
        if len(names) == 1:
            by_name.setdefault(names[0], []).append(_check(match))
        else:
            by_first.append((frozenset(names), _check(match)))
    said = {name: Said(tuple(checks)) for name, checks in by_name.items()}

    def test(element: HtmlElement) -> bool:  # plain loops: it runs for every element of a page
        given = element.items()
        for name, value in given:
            if name in said and said[name][value]:
                return True
        for names, check in by_first:
            for name, value in given:
                if name in names:
                    if check(value):
                        return True
                    break  # of several attributes, XPath asks the one that the page names first
        return False

    return test


class Said(dict[str, bool]):
    """Whether one of some checks holds of an attribute's value, for the values that were met."""

    def __init__(self, checks: tuple[Check, ...]) -> None:
        super().__init__()
        self._checks = checks

    def __missing__(self, value: str) -> bool:
        holds = any(check(value) for check in self._checks)
        if len(value) <= MEMORABLE:
            if len(self) >= REMEMBERED:
                self.clear()
            self[value] = holds
        return holds


def _check(match: re.Match[str]) -> Check:
    """What one condition asks of an attribute's value."""
    if match["own"]:
        wanted = match["value"]
        return lambda value: wanted is None or value == wanted
    wanted, table = match["wanted"], str.maketrans(match["those"] or "", match["these"] or "")
    if match["ask"] == "contains":
        return lambda value: wanted in value.translate(table)
    if match["ask"] == "starts-with":
        return lambda value: value.startswith(wanted)
    search = re.compile(wanted, re.IGNORECASE if match["flags"] else 0).search
    return lambda value: search(value) is not None


def _asked_of_lxml(predicate: str) -> Test:
    holds = XPath(f"boolean({predicate})", namespaces=NAMESPACES)
    return lambda element: bool(holds(element))


def _predicates(path: str) -> Iterator[str]:
    """The insides of ``[…][…]``."""
    depth, start = 0, 0
    for part in PARTS.finditer(path):
        if part[0] == "[":
            depth += 1
            start = part.end() if depth == 1 else start
        elif part[0] == "]":
            depth -= 1
            if depth == 0:
                yield path[start : part.start()]


def _split(path: str, separator: str) -> list[str]:
    """A path or predicate at each separator that stands in no bracket and no quotation, white space folded."""
    parts, depth, start = [], 0, 0
    for part in PARTS.finditer(path):
        depth += (part[0] in ("(", "[")) - (part[0] in (")", "]"))
        if part[0] == separator and depth == 0:
            parts.append(path[start : part.start()])
            start = part.end()
    return [part.strip() for part in (*parts, path[start:])]


def _without_index(path: str) -> str:
    path = path.removesuffix("[1]").strip()
    return path[1:-1] if path.startswith("(") else path


def install() -> None:
    """Let Trafilatura walk where it would ask for an expression's elements; nothing changes in what it finds."""
    names = ("RAW_TREE_PRUNE", "REMOVE_COMMENTS_AND_LISTS", "REMOVE_COMMENTS", "OVERALL_DISCARD", "TEASER_DISCARD")
    for expressions in (getattr(trafilatura.xpaths, f"{name}_XPATH") for name in names):
        if all(isinstance(each, XPath) for each in expressions):
            expressions[:] = [every(*expressions)]  # what one of them takes out, another would not find
    bodies = trafilatura.xpaths.BODY_XPATH
    bodies[:] = [first(each) if isinstance(each, XPath) else each for each in bodies]
    baseline = import_module("trafilatura.baseline")  # the package has a function of that name
    if isinstance(baseline.BASIC_CLEAN_XPATH, XPath):
        baseline.BASIC_CLEAN_XPATH = every(baseline.BASIC_CLEAN_XPATH)  # type: ignore[attr-defined]
