"""What else says something of the project: versions, and what the other pages take for granted."""

from __future__ import annotations

import re
import tomllib

import yaml
from tests.docs.pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_changelog_has_the_version() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert PROJECT["project"]["version"] == versions[0]


def test_readme_asks_for_the_python_that_is_needed() -> None:
    asked = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert f"Python ≥ {asked}" in (ROOT / "README.md").read_text("utf-8")


def test_architecture_has_every_layer() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Layers")[2].partition("\n## ")[0]
    (layers,) = (c["layers"] for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    described = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in page.splitlines() if row.startswith("| `")]
    wanted = [name.strip() for layer in layers for name in re.split(r"[|:]", layer)]
    assert {name for row in described for name in row} == set(wanted), (
        "bring the table in docs/architecture.md up to date"
    )


def test_hooks_run_what_make_check_runs() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for hook in repository["hooks"]:
        tool, *arguments = hook["entry"].removeprefix(".venv/bin/").split()
        assert f"$(BIN)/{tool} {' '.join(arguments)}" in makefile, hook["id"]
