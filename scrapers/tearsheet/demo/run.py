"""``make demo``: two nights of the invented press through the real DAGs into an embedded store, then what came of it.

All that it leaves is under one folder, var/demo or ``TEARSHEET_VAR``: the store, Airflow's home, and a copy of config/
whose demo collection asks this run's port. Run again, it fetches nothing and shows the same rows.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.spinner import Spinner

from tearsheet import harvest, topic
from tearsheet.config.models import StoreSettings
from tearsheet.demo.outlets import NIGHTS, outlets
from tearsheet.demo.server import PORT, Press, serve
from tearsheet.demo.show import show
from tearsheet.errors import FetchError, TearsheetError
from tearsheet.storage import Store, open_store

COLLECTION = "demo"
TOPICS = ("demo-unrest", "demo-energy")
HOME = Path("var/demo")


def main(port: Annotated[int, typer.Option(help="The port of the press on 127.0.0.2 to 127.0.0.9.")] = PORT) -> None:
    """Two nights of the demo's press through the DAGs."""
    console = Console(file=os.fdopen(os.dup(sys.stdout.fileno()), "w"), highlight=False)
    home = Path(os.environ.get("TEARSHEET_VAR") or HOME).resolve()
    try:
        with serve(NIGHTS[0], port) as press:
            _prepare(home, press, Path.cwd())
            with open_store(StoreSettings()) as store:
                _nights(console, store, press, home)
                show(console, store, press, NIGHTS[1])
        _farewell(console, home)
    except TearsheetError as error:
        console.print(f"[red]{type(error).__name__}[/] {error}")
        raise typer.Exit(error.exit_code) from error


def _prepare(home: Path, press: Press, project: Path) -> None:
    """The environment that Airflow and every task of this process will read: all of it inside ``home``."""
    airflow = home / "airflow"
    airflow.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith(("AIRFLOW", "_AIRFLOW"))]:
        del os.environ[name]  # whatever Airflow the shell is set to, the demo has its own
    os.environ |= {
        "TEARSHEET_VAR": str(home),
        "TEARSHEET_STORE": "",  # whatever store the shell is set to, the demo is not for it
        "TEARSHEET_CONFIG": str(press.config(home / "config", project / "config")),
        "AIRFLOW_HOME": str(airflow),
        "AIRFLOW_CONFIG": str(airflow / "airflow.cfg"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow}/airflow.db?timeout=60",
    }


def _nights(console: Console, store: Store, press: Press, home: Path) -> None:
    console.print(Rule("[bold]Tearsheet[/] · two nights of an invented press", align="left"))
    first, last = outlets()[0], outlets()[-1]
    console.print(f"  press    {len(outlets())} outlets, {press.url(first.id)} to {press.url(last.id)}")
    console.print(f"  store    {store.url()} on an S3 server in {_near(home)}/store")
    with _spinner(console, "Airflow starts"), _chatter(home / "airflow.log"):
        # Airflow reads its settings when it is imported, and they have only just been made.
        from tearsheet.airflow.trial import prepare

        prepare()
    console.print(f"  Airflow  the DAGs of dags/, in this process; it talks to {_near(home)}/airflow.log")
    for night in NIGHTS[:2]:
        _night(console, store, press, night, home)


def _night(console: Console, store: Store, press: Press, night: str, home: Path) -> None:
    press.night = night
    press.hits.clear()
    console.print(f"\n[bold]The night of {night}[/]")
    seconds = _dag(console, f"harvest_{COLLECTION}", press, home)
    report = harvest.load_report(store, COLLECTION, night)
    if report is None:
        raise FetchError(f"{night} was not published; {home}/airflow.log says why")
    asked = f"{press.hits.total()} requests" if press.hits.total() else "complete, nothing was asked"
    _line(console, f"harvest_{COLLECTION}", seconds, f"{asked} → {report.outcomes.get('article', 0)} articles")
    for each in report.failed:
        console.print(
            f"    [yellow]verdict[/] {each.source} gave nothing: {each.reasons[0].rpartition(': ')[2]}", soft_wrap=True
        )
    for name in TOPICS:
        dag = f"topic_{name.replace('-', '_')}"
        seconds = _dag(console, dag, press, home)
        held = topic.counts(store, name, COLLECTION, night)
        _line(console, dag, seconds, f"{held['articles']} articles, {held['clusters']} stories")


@dataclass(frozen=True, slots=True)
class _Busy:
    """What stands beside the spinner, drawn anew with each of its turns."""

    dag: str
    press: Press

    def __rich__(self) -> str:
        return f"{self.dag} runs; the press was asked {self.press.hits.total()} times"


def _dag(console: Console, dag: str, press: Press, home: Path) -> float:
    """Run a DAG for the press's night; the seconds it took."""
    from tearsheet.airflow.trial import run_dag

    started = time.monotonic()
    with _spinner(console, _Busy(dag, press)), _chatter(home / "airflow.log"):
        trial = run_dag(dag, press.night)
    if [task for task in trial.failed() if task != "verdict"]:
        raise FetchError(f"{dag} {press.night}: {', '.join(trial.failed())} failed; {home}/airflow.log says why")
    return time.monotonic() - started


def _line(console: Console, dag: str, seconds: float, told: str) -> None:
    console.print(f"  [green]✓[/] {dag:<18} {told:<46} [dim]{seconds:5.1f} s[/]")


def _spinner(console: Console, text: RenderableType) -> Live:
    """A sign of life on a terminal; it leaves sys.stdout alone, which goes to the log meanwhile."""
    spinner = Spinner("dots", text)
    return Live(spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)


@contextmanager
def _chatter(log: Path) -> Iterator[None]:
    """Whatever this process and its children print goes to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for own, descriptor in zip(kept, (1, 2), strict=True):
            os.dup2(own, descriptor)
            os.close(own)


def _farewell(console: Console, home: Path) -> None:
    console.print()
    console.print(Rule("[bold]What next[/]", align="left"))
    console.print("  the press in your browser   .venv/bin/python -m tearsheet.demo.server")
    console.print(
        f"  for the commands below      export TEARSHEET_VAR={_near(home)} TEARSHEET_CONFIG={_near(home)}/config",
        soft_wrap=True,
    )
    console.print("  the last nights             .venv/bin/tearsheet status")
    console.print("  a topic as a file           .venv/bin/tearsheet pull demo-unrest --out unrest.csv")
    console.print("  your own topic, your sites  docs/tutorial.md")


def _near(path: Path) -> Path:
    """A path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    typer.run(main)
