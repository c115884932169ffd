"""The tokens of a query: luqum's lexer, with what the language has not refused where it stands.

luqum takes more than this language has (fuzzy search, boosts, ranges, regular expressions) and makes words of what
people mean as operators (``&&``, ``and``, typographic quotation marks). Each is refused here with its place and the
mend, instead of becoming a query that silently finds nothing. Words side by side get the AND between them that they
mean, of the same precedence.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any
from unicodedata import east_asian_width

from luqum.exceptions import IllegalCharacterError
from luqum.head_tail import TokenValue
from luqum.parser import lexer as luqum_lexer

from tearsheet.errors import QueryError
from tearsheet.select.terms import FURTHEST

FIELDS = ("title", "standfirst", "text", "source", "tag", "lang", "author", "section")
DEEPEST = 50
"""Brackets within brackets."""

Token = Any
"""A token of PLY: ``type``, ``value``, ``lexpos``."""

_REFUSED = {
    "REGEX": "regular expressions (/…/) are not part of the query language; use wildcards",
    "BOOST": "boosts (^) are not part of the query language: articles are selected, not ranked",
    "LBRACKET": "ranges ([a TO b]) are not part of the query language",
    "RBRACKET": "ranges ([a TO b]) are not part of the query language",
    "LESSTHAN": "ranges (<a) are not part of the query language",
    "GREATERTHAN": "ranges (>a) are not part of the query language",
}
_REFUSED_WORDS = {
    r".*(&&|\|\|)|!": "&&, || and ! are not part of the query language; write AND, OR, NOT",
    r'.*(?<!\\)["“”„‟«»]': 'a phrase stands between straight quotation marks (") with a space or bracket before it',
    r"(?i:and|or|not)\Z": "operators are written in capitals: AND, OR, NOT; to search for the word, put it in quotes",
}
_SIGNS = {"PLUS", "MINUS", "NOT"}
_ENDS = {"TERM", "PHRASE", "APPROX", "RPAREN", "TO"}
_STARTS = {"TERM", "PHRASE", "LPAREN", "TO"} | _SIGNS
_SHOWN = 60


def refusal(query: str, offset: int, problem: str) -> QueryError:
    """An error that shows its place; ``offset`` in code points from the start of the query."""
    start = max(0, offset - _SHOWN // 2)
    line = re.sub(r"\s", " ", query[start : start + _SHOWN])
    indent = "".join("\u3000" if east_asian_width(c) in "WF" else " " for c in line[: offset - start])
    return QueryError(f"{problem} (query, offset {offset})\n  {line}\n  {indent}^")


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query, with AND where words stand side by side.

    Raises:
        QueryError: a token that the language has not.
    """
    before: Token | None = None
    depth = 0
    for token in _lexed(query):
        depth += {"LPAREN": 1, "RPAREN": -1}.get(token.type, 0)
        if depth > DEEPEST:
            raise refusal(query, token.lexpos, f"more than {DEEPEST} brackets within one another")
        if problem := _problem(token, before):
            raise refusal(query, before.lexpos if before and token.type == "COLUMN" else token.lexpos, problem)
        if before and before.type in _ENDS and token.type in _STARTS:
            yield _and_at(token)
        yield token
        before = token


def _lexed(query: str) -> list[Token]:
    lexer = luqum_lexer.clone()
    lexer.input(query)
    try:
        return list(iter(lexer.token, None))
    except IllegalCharacterError:
        character = query[lexer.lexpos]
        mend = "is never closed" if character in '"/' else "cannot stand here; put the words in double quotes"
        raise refusal(query, lexer.lexpos, f"{character} {mend}") from None


def _problem(token: Token, before: Token | None) -> str | None:
    if token.type == "TERM":
        return next((problem for word, problem in _REFUSED_WORDS.items() if re.match(word, token.value.value)), None)
    if token.type == "COLUMN" and before and before.type == "TERM" and before.value.value not in FIELDS:
        return f"unknown field {before.value.value}: (the fields are {', '.join(FIELDS)}; quote text that has a colon)"
    if token.type == "APPROX":
        return _distance_problem(token.value.value, before)
    if token.type in _SIGNS and before and before.type in _SIGNS:
        return "one sign (+, -, NOT) is enough"
    return _REFUSED.get(token.type)


def _distance_problem(distance: str | None, before: Token | None) -> str | None:
    if before and before.type == "TERM":
        return "fuzzy search (~ after a word) is not part of the query language; use wildcards"
    if distance and distance.isdecimal() and 1 <= int(distance) <= FURTHEST:
        return None
    return f'say how many words may stand between, 1 to {FURTHEST}: "a b"~5'


def _and_at(token: Token) -> Token:
    operator = copy.copy(token)
    operator.type, operator.value = "AND_OP", TokenValue("AND")
    return operator
