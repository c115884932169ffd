"""What the benchmarks share: a configuration of their own, an environment, a server of theirs as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

HERE = Path(__file__).resolve().parent
COLLECTION = "measured"


@dataclass(frozen=True)
class Server:
    """A running server: what it said of itself when it was up, and its process."""

    told: str
    pid: int


@contextmanager
def server(script: str, *options: str) -> Iterator[Server]:
    """A script of this folder that prints a line when it is up, ended at the end of the block."""
    command = [sys.executable, str(HERE / script), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Server(process.stdout.readline().strip(), process.pid)
        finally:
            process.kill()


def environment(**variables: str) -> dict[str, str]:
    """This process's environment with these variables instead of any proxy.

    Modules are compiled once, as in any installation.
    """
    dropped = {"PYTHONDONTWRITEBYTECODE", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | variables


def python(*arguments: str, **variables: str) -> str:
    """Run Python on these arguments; what it prints. Its log is shown only if it fails."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment(**variables), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-5000:]}")
    return done.stdout


def run_night(folder: Path, night: str, **variables: str) -> dict[str, Any]:
    """A night by the command line, as an operator would run it; its JSON."""
    options = ["-c", COLLECTION, "-n", night, "--config", str(folder), "--json"]
    return dict(json.loads(python("-m", "tearsheet", "night", *options, **variables)))


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a running process and those it started."""
    process = psutil.Process(pid)
    every = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(times.user + times.system for times in every)


def write_config(
    folder: Path, sources: list[dict[str, Any]], *, limits: dict[str, Any], fetch: dict[str, Any] | None = None
) -> None:
    """One collection of these sources, one topic over it, settings with a contact."""
    collection = {"timezone": "UTC", "defaults": limits, "sources": sources}
    topic = {"title": "Elections", "query": "election* OR vote*", "collections": [COLLECTION]}
    settings = {"fetch": {"contact": "bench@localhost", **(fetch or {})}}
    for name, body in ((f"collections/{COLLECTION}", collection), ("topics/elections", topic), ("tearsheet", settings)):
        write_yaml(folder / f"{name}.yaml", body)


def write_yaml(file: Path, body: dict[str, Any]) -> None:
    """A file of YAML and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(body, sort_keys=False, allow_unicode=True), encoding="utf-8")
