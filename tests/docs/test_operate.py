"""docs/operate.md: its policies allow what the store does and no more, its table of messages quotes real ones."""

from __future__ import annotations

import ast
import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import ROOT, fences

from tearsheet import errors
from tearsheet.pull.archive import CONFIGURATION
from tearsheet.storage import Store
from tearsheet.tables import articles, documents

PAGE = ROOT / "docs" / "operate.md"
PACKAGE = ROOT / "scrapers" / "tearsheet"
ARN = "arn:aws:s3:::my-bucket"
STORE = f"{ARN}/tearsheet"
POLICIES = {policy["Id"]: policy for policy in (json.loads(f.code) for f in fences(PAGE) if f.language == "json")}
ACTIONS = {
    "get_object": "s3:GetObject",
    "head_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "delete_objects": "s3:DeleteObject",
    "list_objects_v2": "s3:ListBucket",
    "head_bucket": "s3:ListBucket",
}
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
PARTS = {"s3:AbortMultipartUpload"}
"""delta-rs uploads large files in parts, and gives up those of a commit that failed."""


def _used() -> set[str]:
    """The methods of boto3's client that the store and its probe call."""
    calls: set[str] = set()
    for name in ("store.py", "probe.py"):
        for node in ast.walk(ast.parse((PACKAGE / "storage" / name).read_text("utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == "client"
            ):
                calls.add(node.attr)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_paginator":
                calls.add(ast.literal_eval(node.args[0]))
    return calls - {"get_paginator", "close", "meta"}


def _allowed(policy: dict[str, Any]) -> dict[str, list[str]]:
    """The resources on which a policy allows each action."""
    allowed: dict[str, list[str]] = {}
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in statement["Action"]:
            allowed.setdefault(action, []).extend(statement["Resource"])
    return allowed


def _may(policy: str, action: str, key: str) -> bool:
    return any(fnmatchcase(f"{STORE}/{key}", pattern) for pattern in _allowed(POLICIES[policy]).get(action, ()))


def test_every_call_of_the_store_needs_an_action_that_is_known() -> None:
    assert {"get_object", "put_object", "delete_objects", "list_objects_v2"} <= _used()
    assert _used() <= set(ACTIONS), "name the new call's action in ACTIONS and in the policies of docs/operate.md"


def test_the_harvester_may_do_what_the_store_does() -> None:
    assert set(_allowed(POLICIES["harvester"])) == {ACTIONS[call] for call in _used()} | PARTS
    assert _allowed(POLICIES["harvester"])["s3:ListBucket"] == [ARN]


@pytest.mark.parametrize("folder", ["raw", "runs", "staged", "tables", "state", "config", "probe-1a2b"])
def test_the_harvester_writes_everywhere_and_deletes_what_is_derived(folder: str) -> None:
    assert _may("harvester", "s3:GetObject", f"{folder}/x")
    assert _may("harvester", "s3:PutObject", f"{folder}/x")
    derived = folder in {"staged", "tables"} or folder.startswith("probe-")
    assert _may("harvester", "s3:DeleteObject", f"{folder}/x") is derived


def test_the_analyst_reads_and_lists_and_no_more() -> None:
    assert set(_allowed(POLICIES["analyst"])) == {"s3:GetObject", "s3:ListBucket"}
    for key in (CONFIGURATION, f"{documents.TABLE.prefix}/x", f"{articles.TABLE.prefix}/_delta_log/x"):
        assert _may("analyst", "s3:GetObject", key)
    assert not any(_may("analyst", "s3:GetObject", f"{folder}/x") for folder in ("raw", "runs", "state", "staged"))


def test_quoted_messages_are_real() -> None:
    sources = " ".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    said = re.sub(r'"\s+f?"', "", sources).replace("{error}", "")
    section = PAGE.read_text("utf-8").partition("## What to do when")[2].partition("\n## ")[0]
    quoted = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert len(quoted) > 12
    assert [message for message in quoted if message not in said] == []


def test_every_exit_code_is_there() -> None:
    codes = {str(kind.exit_code) for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    table = PAGE.read_text("utf-8").partition("Exit codes of every command")[2]
    assert codes | {"0", "2"} == set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE))


def test_the_upkeep_on_the_page_runs(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (code,) = (fence.code for fence in fences(PAGE) if fence.language == "python")
    exec(code, {})
    assert capsys.readouterr().out.count("'documents': 0") == 2
