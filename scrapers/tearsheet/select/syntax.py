"""From the words of a query to its tree: Lucene's syntax as luqum's grammar reads it."""

from __future__ import annotations

import re
from typing import Any

import regex
from luqum import tree
from luqum.exceptions import ParseSyntaxError
from luqum.parser import parse as luqum_parse

from tearsheet.folding import LETTER, folded
from tearsheet.select.nodes import And, Node, Not, Or, joined, needs_a_match
from tearsheet.select.terms import Term
from tearsheet.select.tokens import Token, refusal, tokens

BARE = ("title", "standfirst", "text")
"""Where a term looks that names no field."""
WHOLE = ("source", "lang")
"""Fields that hold an identifier, which is matched as a whole."""

_PIECE = regex.compile(rf"(?:{LETTER}|[*?])+")


def read(query: str) -> Node:
    """The tree of a query.

    Raises:
        QueryError: the text is no query or uses what the language has not; with the place and the mend.
    """
    if not query.strip():
        raise refusal(query, 0, "the query is empty; name at least one word")
    node = _Reader(query).node(_grammar(query), BARE)
    if not needs_a_match(node):
        raise refusal(query, 0, "the query selects nearly everything, by what it lacks; say also what is wanted")
    return node


def _grammar(query: str) -> tree.Item:
    """Parse by luqum; its parser looks one token ahead, so a syntax error is at the token handed out last."""
    stream = tokens(query)
    last: Token | None = None

    def token() -> Token | None:
        nonlocal last
        last = next(stream, None)
        return last

    try:
        return luqum_parse(tokenfunc=token)
    except ParseSyntaxError:
        if last is None:
            raise refusal(query, len(query), "the query ends where a word or a closing bracket should follow") from None
        raise refusal(query, last.lexpos, f"{last.value} is not expected here") from None


class _Reader:
    """Turns luqum's items into nodes; holds the query only to show places in it."""

    def __init__(self, query: str) -> None:
        self._query = query

    def node(self, item: tree.Item, fields: tuple[str, ...]) -> Node:
        """The node of an item that looks in ``fields``."""
        match item:
            case tree.AndOperation() | tree.OrOperation():
                kind = And if isinstance(item, tree.AndOperation) else Or
                return joined(kind, [self.node(part, fields) for part in item.operands])
            case tree.Not() | tree.Prohibit():
                return Not(self.node(item.a, fields))
            case tree.Plus():
                return self.node(item.a, fields)
            case tree.BaseGroup():
                return self.node(item.expr, fields)
            case tree.SearchField():
                if fields != BARE:
                    raise refusal(self._query, _place(item), "a field within a field; close the first one's bracket")
                return self.node(item.expr, (item.name,))
            case tree.Proximity():
                return self._term(item.term, fields, item.degree)
            case _:
                return self._term(item, fields, None)

    def _term(self, item: tree.Term, fields: tuple[str, ...], within: int | None) -> Term:
        whole = fields[0] in WHOLE
        words = _words(item, whole=whole)
        if not words:
            raise refusal(self._query, item.pos, f"{item.value} has no letter or digit to search for")
        if not all(word.strip("*?") for word in words):
            raise refusal(self._query, item.pos, "a wildcard needs a letter or digit beside it")
        if within is not None and (whole or len(set(words)) == 1):
            raise refusal(self._query, item.pos, "a distance (~) needs two different words of a text")
        return Term(fields=fields, words=words, within=within, whole=whole)


def _words(item: tree.Term, *, whole: bool) -> tuple[str, ...]:
    """The folded words of a term with their wildcards; an escaped wildcard separates words, as punctuation does."""
    text = re.sub(r"\\(.)", lambda escaped: " " if escaped[1] in "*?" else escaped[1], item.value)
    if isinstance(item, tree.Phrase):
        text = re.sub(r"\?(?!\w)", " ", text[1:-1])  # the question mark of a quoted headline
    plain = re.sub(r"\*+", "*", folded(text).text)
    return (plain.strip(),) if whole and plain.strip() else tuple(_PIECE.findall(plain))


def _place(item: Any) -> int:
    while item.children:
        item = item.children[0]
    return int(item.pos)
