"""Commands in the pages exist, commands that exist are in the pages, generated pages are fresh."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.docs.pages import IDS, PAGES, ROOT, fences, inline

from tearsheet.cli import COMMANDS, app, reference

WRITTEN_BY_HAND = [page for page in PAGES if page.name != reference.PAGE]
COMMAND = re.compile(r"^(?:\$ )?(?:\w+=\S+ )*(?:\S*/)?tearsheet (?P<rest>[^…]+)$")
TARGET = re.compile(r"\bmake(?: \w+=\S+)* (?P<target>[a-z][a-z-]*)")
SHELL = {"sh", "bash", "console", "ini"}
STOPS = frozenset("|;>&<")


def _arguments(line: str) -> list[str] | None:
    """The arguments of a line that calls ``tearsheet``, up to a pipe; None for other lines."""
    found = COMMAND.match(line.strip().removeprefix("ExecStart="))
    if found is None:
        return None
    lexer = shlex.shlex(found["rest"].rstrip("\\"), posix=True, punctuation_chars="".join(STOPS))
    lexer.commenters, lexer.whitespace_split = "#", True
    words: list[str] = []
    for word in lexer:
        if set(word) <= STOPS:
            break
        words.append(word)
    return words


def _written(page: Path) -> Iterator[list[str]]:
    lines = (line for fence in fences(page) if fence.language in SHELL for line in fence.code.splitlines())
    for line in lines:
        if (arguments := _arguments(line)) is not None:
            yield arguments


def _named(page: Path) -> Iterator[list[str]]:
    for code in inline(page):
        if (arguments := _arguments(code)) is not None:
            yield arguments


def _parse(arguments: list[str], *, whole: bool) -> None:
    """Have the real command parse the arguments; it is not run. What is only named may lack what it requires."""
    group, context = reference.opened()
    if arguments[0].startswith("-"):
        assert arguments[0] in {name for option in group.params for name in option.opts}
        return
    name, *rest = arguments
    command: Any = group.get_command(context, name)
    assert command is not None, f"there is no `tearsheet {name}`"
    if not whole and not rest:
        return
    try:
        command.make_context(name, rest, parent=context)
    except typer.Exit:
        assert "--help" in rest


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=[i for i in IDS if not i.endswith(reference.PAGE)])
def test_commands_in_pages_are_real(page: Path) -> None:
    written = [_problem(arguments, whole=True) for arguments in _written(page)]
    named = [_problem(arguments, whole=False) for arguments in _named(page)]
    assert [problem for problem in (*written, *named) if problem] == []


def _problem(arguments: list[str], *, whole: bool) -> str:
    """Why these are no arguments of `tearsheet`; empty where they are."""
    try:
        _parse(arguments, whole=whole)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page is wrong
        return f"tearsheet {' '.join(arguments)}: {error}"
    return ""


def test_a_wrong_command_would_be_found() -> None:
    for wrong in (["night", "--colection", "x"], ["pull", "topic"], ["nights"], ["status", "--nights", "few"]):
        with pytest.raises(Exception, match=r"colection|out|nights|integer"):
            _parse(wrong, whole=True)
        assert _problem(wrong, whole=True)
    assert _arguments("tearsheet status --json | jq .") == ["status", "--json"]
    assert _arguments("tearsheet check --online   # asks") == ["check", "--online"]
    assert _arguments("pip install tearsheet") is None


def test_every_command_is_written_about() -> None:
    assert set(COMMANDS) <= {arguments[0] for page in WRITTEN_BY_HAND for arguments in _written(page)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    group, context = reference.opened()
    command: Any = group.get_command(context, name)
    assert command.help
    assert "needs the extra" not in command.help
    assert [option.name for option in command.params if not option.help] == []


def test_the_command_reference_is_fresh() -> None:
    written = (ROOT / "docs" / reference.PAGE).read_text("utf-8")
    assert written == reference.page(), "stale: run `python -m tearsheet.cli.reference` and commit its page"
    assert all(f"## tearsheet {name}\n" in written for name in COMMANDS)


def test_the_app_lists_its_commands() -> None:
    group: Any = typer.main.get_command(app)
    assert group.list_commands(None) == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = [*(fence.code for fence in fences(page) if fence.language in SHELL), *inline(page)]
    assert {found["target"] for text in code for found in TARGET.finditer(text)} <= targets


def test_paths_in_contributing_and_architecture_exist() -> None:
    package = ROOT / "scrapers" / "tearsheet"
    for page in (ROOT / "docs" / "architecture.md", *(ROOT / "docs" / "decisions").glob("*.md")):
        for code in inline(page):
            path = code.partition(":")[0]
            if re.fullmatch(r"[a-z_]+(/[a-z_]+)*\.py", path):
                assert (package / path).exists(), f"{page.name}: {code}"
