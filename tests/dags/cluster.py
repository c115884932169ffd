"""A whole Airflow as processes of their own: api-server, scheduler, dag-processor over SQLite, driven over REST."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.dags.installation import airflow_environment, python

ADMIN = "desk"
COMPONENTS = ("api-server", "scheduler", "dag-processor")
TAIL = 60
LIVES = ("queued", "running")


class Cluster:
    """A running Airflow; its components' logs stand in ``home``."""

    def __init__(
        self,
        home: Path,
        port: int,
        environment: Mapping[str, str],
        components: Sequence[str] = COMPONENTS,
        password: str | None = None,
    ) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self._environment = environment
        self._password = password
        self._client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        self._processes = {name: self._start(name) for name in components}

    def _start(self, component: str) -> subprocess.Popen[bytes]:
        command, environment = python(self._environment)
        with (self.home / f"{component}.log").open("wb") as log:
            return subprocess.Popen(
                [*command, "-m", "airflow", component],
                env=environment,
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """One call of the public API; its JSON answer."""
        answer = self._client.request(method, f"/api/v2/{path}", json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def log_in(self) -> None:
        """Wait for the server, then take a token."""
        self.wait("the api-server answers", self._answers, 60)
        self._client.headers["Authorization"] = f"Bearer {self.token()}"

    def token(self) -> str:
        """A token of an admin's own."""
        return str(self._asked_for_token().json()["access_token"])

    def _asked_for_token(self) -> httpx.Response:
        if self._password is None:
            return self._client.get("/auth/token")
        return self._client.post("/auth/token", json={"username": ADMIN, "password": self._password})

    def _answers(self) -> bool:
        try:
            return self._asked_for_token().is_success
        except httpx.TransportError:
            return False

    def dags(self) -> set[str]:
        """The ids of the DAGs that Airflow knows."""
        return {dag["dag_id"] for dag in self.ask("GET", "dags")["dags"]}

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """A DAG's runs, oldest first."""
        found: list[dict[str, Any]] = self.ask("GET", f"dags/{dag_id}/dagRuns?order_by=id")["dag_runs"]
        return found

    def tasks(self, dag_id: str, run_id: str) -> dict[tuple[str, int], dict[str, Any]]:
        """The tasks of a run by id and map index."""
        found = self.ask("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {(task["task_id"], task["map_index"]): task for task in found}

    def finish(self, dag_id: str, run_id: str, seconds: float = 90) -> str:
        """Wait until a run has ended; how it did."""
        path = f"dags/{dag_id}/dagRuns/{run_id}"
        self.wait(f"{dag_id} {run_id} ends", lambda: self.ask("GET", path)["state"] not in LIVES, seconds)
        return str(self.ask("GET", path)["state"])

    def wait(self, what: str, reached: Callable[[], bool], seconds: float = 60) -> None:
        """Until something is reached; fails where a component has ended or the time is over."""
        until = time.monotonic() + seconds
        while not reached():
            ended = [name for name, process in self._processes.items() if process.poll() is not None]
            assert not ended, f"{', '.join(ended)} ended while waiting: {what}"
            assert time.monotonic() < until, f"not within {seconds} seconds: {what}"
            time.sleep(0.2)

    def logs(self) -> str:
        """The end of each component's log, and of each task's."""
        files = [*self.home.glob("*.log"), *sorted(self.home.glob("logs/dag_id=*/**/*.log"))]
        return "\n".join(f"==== {path}\n" + "\n".join(_lines(path)[-TAIL:]) for path in files)

    def stop(self) -> None:
        """End the components by their process groups, then what tasks of theirs are left: each has its own group."""
        self._client.close()
        started = [psutil.Process(process.pid) for process in self._processes.values() if process.poll() is None]
        family = [*started, *(child for process in started for child in process.children(recursive=True))]
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        _, left = psutil.wait_procs(family, timeout=5)
        for process in left:
            process.kill()
        for component in self._processes.values():
            component.wait()


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines()


@contextmanager
def cluster(
    home: Path,
    variables: Mapping[str, str],
    components: Sequence[str] = COMPONENTS,
    password: str | None = None,
) -> Iterator[Cluster]:
    """A migrated Airflow whose tasks see ``variables``; on failure its logs are printed.

    With a ``password`` only who has it may log in, else everybody is admin and need not.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**airflow_environment(home), **_server(port), **variables}
    if password is not None:
        environment |= _guarded(home, password)
    command, whole = python(environment)
    home.mkdir(exist_ok=True)
    subprocess.run([*command, "-m", "airflow", "db", "migrate"], env=whole, check=True, capture_output=True, timeout=90)
    running = Cluster(home, port, environment, components, password)
    try:
        running.log_in()
        yield running
    except BaseException:
        print(running.logs())
        raise
    finally:
        running.stop()


def _guarded(home: Path, password: str) -> dict[str, str]:
    """One admin, who has a password."""
    home.mkdir(exist_ok=True)
    passwords = home / "passwords.json"
    passwords.write_text(json.dumps({ADMIN: password}))
    return {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }


def _server(port: int) -> dict[str, str]:
    """Everybody is admin on a loopback port; SQLite bears two tasks, and nobody wants to wait for a tick."""
    return {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "NO_PROXY": "127.0.0.1,localhost",
    }
