"""A query's tree as queries of the index: one that finds all that match, one that finds nothing else.

Where the two differ, what only the first finds is read and matched by ``Query.match``. The index can tell by itself:
words, phrases, wildcards within words of up to ``WILDCARD_REACH`` characters, and what And, Or and Not make of them. It
cannot tell how far apart words stand (``"a b"~3``), nor what a wildcard stands for beside characters of a script that
does not set words apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

import tantivy
from tantivy import Occur

from tearsheet.search.schema import BOOSTS, LONG
from tearsheet.search.terms import is_spaced, spellings, unspaced_runs
from tearsheet.select.nodes import And, Node, Not
from tearsheet.select.terms import Term

_SYNTAX = re.compile(r"[\\.+*?()|\[\]{}^$#&~-]")
_WILDCARD = re.compile(r"[*?]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """All that matches is within ``most``; all within ``least`` matches. ``exact``: they are one and the same."""

    most: tantivy.Query
    least: tantivy.Query
    exact: bool = True

    @property
    def unsure(self) -> tantivy.Query:
        """What has to be read to be sure of it."""
        return _both(self.most, _none_of(self.least))


def bounds(node: Node, schema: tantivy.Schema) -> Bounds:
    """The bounds of a tree."""
    if isinstance(node, Term):
        return _combined(_any, (_Words(schema, node, name).bounds() for name in node.fields))
    if isinstance(node, Not):
        part = bounds(node.part, schema)
        return Bounds(_none_of(part.least), _none_of(part.most), part.exact)
    return _combined(_all if isinstance(node, And) else _any, (bounds(part, schema) for part in node.parts))


class _Words:
    """A term in one of its fields."""

    def __init__(self, schema: tantivy.Schema, term: Term, field: str) -> None:
        self._schema, self._term, self._field = schema, term, field

    def bounds(self) -> Bounds:
        """The bounds of the term, weighed by its field."""
        found, boost = self._bounds(), BOOSTS.get(self._field, 1.0)
        weigh = tantivy.Query.boost_query if boost else tantivy.Query.const_score_query
        return Bounds(weigh(found.most, boost), weigh(found.least, boost), found.exact)

    def _bounds(self) -> Bounds:
        words = self._term.words
        if self._term.within is not None:
            return self._near(tuple(dict.fromkeys(words)), self._term.within)
        if self._term.whole or len(words) == 1:
            return self._word(words[0])
        plain = not any(map(_WILDCARD.search, words))
        rows = spellings(words) if plain else None
        if rows:
            return _sure(_any([self._phrase(row) for row in rows]))
        if not plain and all(map(is_spaced, words)):
            phrase = tantivy.Query.regex_phrase_query(self._schema, self._field, [_pattern(word) for word in words])
            return self._within_reach(phrase, words)
        return self._apart(words)

    def _near(self, words: Sequence[str], within: int) -> Bounds:
        """Two words at most so far apart that it may be near enough: marks between them count as words here."""
        if len(words) != 2 or any(map(_WILDCARD.search, words)) or not all(map(is_spaced, words)):
            return self._apart(words)
        slop = 2 * within + 1
        pairs = [
            tantivy.Query.phrase_query(self._schema, self._field, list(pair), slop) for pair in permutations(words)
        ]
        return Bounds(_any(pairs), tantivy.Query.empty_query(), exact=False)

    def _apart(self, words: Iterable[str]) -> Bounds:
        """All of the words, wherever they stand."""
        return Bounds(_all([self._word(word).most for word in words]), tantivy.Query.empty_query(), exact=False)

    def _word(self, word: str) -> Bounds:
        if self._term.whole:
            return self._pattern(word) if _WILDCARD.search(word) else _sure(self._token(word))
        if is_spaced(word):
            return self._pattern(word) if _WILDCARD.search(word) else _sure(self._token(word))
        bare = word.strip("*")  # adds nothing where a word matches anywhere
        if not _WILDCARD.search(bare):
            (row,) = spellings([bare]) or [[]]
            return _sure(self._phrase(row))
        runs = [self._phrase(run) for run in unspaced_runs(bare)]
        return Bounds(_all(runs), tantivy.Query.empty_query(), exact=False)

    def _pattern(self, word: str) -> Bounds:
        return self._within_reach(tantivy.Query.regex_query(self._schema, self._field, _pattern(word)), [word])

    def _within_reach(self, found: tantivy.Query, words: Iterable[str]) -> Bounds:
        """Sure but for articles with a word so long that a ``*`` may not reach over it."""
        if not any("*" in word for word in words):
            return _sure(found)
        long = tantivy.Query.term_query(self._schema, LONG, True)
        return Bounds(found, _both(found, _none_of(long)), exact=False)

    def _phrase(self, row: Sequence[str]) -> tantivy.Query:
        if len(row) == 1:
            return self._token(row[0])
        return tantivy.Query.phrase_query(self._schema, self._field, list(row))

    def _token(self, token: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, self._field, token)


def _pattern(word: str) -> str:
    """A wildcard word as a regular expression over whole words."""
    escaped = ({"*": ".*", "?": "."}.get(character) or _SYNTAX.sub(r"\\\g<0>", character) for character in word)
    return "".join(escaped)


def _combined(join: Callable[[Sequence[tantivy.Query]], tantivy.Query], parts: Iterable[Bounds]) -> Bounds:
    listed = list(parts)
    most = join([part.most for part in listed])
    if all(part.exact for part in listed):
        return _sure(most)
    return Bounds(most, join([part.least for part in listed]), exact=False)


def _sure(query: tantivy.Query) -> Bounds:
    return Bounds(query, query)


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])


def _both(a: tantivy.Query, b: tantivy.Query) -> tantivy.Query:
    return _all([a, b])


def _none_of(query: tantivy.Query) -> tantivy.Query:
    every = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
    return tantivy.Query.boolean_query([(Occur.Must, every), (Occur.MustNot, query)])
