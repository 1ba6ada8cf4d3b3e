"""A running formgrader: a Jupyter server in a course directory, spoken to over HTTP."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOKEN = "only-for-this-test"
_SECONDS = 180.0


class Formgrader:
    """What a person does in formgrader, by the requests that its pages send.

    Parameters
    ----------
    port : int
    """

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/formgrader"

    def get(self, path: str) -> Any:
        """Return the answer to a request of a page."""
        return self._send(path, None, "GET")

    def grades(self, assignment: str, student: str) -> dict[str, dict[str, Any]]:
        """Return the grades of a submission by cell."""
        return {grade["name"]: grade for grade in self.get(self._of("grades", assignment, student))}

    def comments(self, assignment: str, student: str) -> dict[str, str | None]:
        """Return the comments on a submission by cell."""
        found = self.get(self._of("comments", assignment, student))
        return {comment["name"]: comment["auto_comment"] for comment in found}

    def score(self, grade: dict[str, Any], score: float) -> None:
        """Grade a cell by hand, as leaving the field of its score does."""
        content = {"manual_score": score, "extra_credit": grade["extra_credit"]}
        self._send(f"api/grade/{grade['id']}", content, "PUT")

    def autograde(self, assignment: str, student: str) -> dict[str, Any]:
        """Press the button that grades a submission again."""
        found = self._send(f"api/submission/{assignment}/{student}/autograde", {}, "POST")
        return dict(found)

    def _of(self, what: str, assignment: str, student: str) -> str:
        (found,) = self.get(f"api/student_notebook_submissions/{student}/{assignment}")
        return f"api/{what}?submission_id={found['id']}"

    def _send(self, path: str, content: object, method: str) -> Any:
        request = urllib.request.Request(
            f"{self._address}/{path}",
            None if content is None else json.dumps(content).encode(),
            {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read())


@contextlib.contextmanager
def formgrader(root: Path, log: Path) -> Iterator[Formgrader]:
    """Start a Jupyter server in a course directory, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [
        *("jupyter", "server", "--no-browser", "--allow-root", f"--port={port}"),
        f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"}
    with log.open("wb") as output:
        command = [sys.executable, "-m", *arguments]
        server = subprocess.Popen(command, cwd=root, env=variables, stdout=output, stderr=output)
    try:
        client = Formgrader(port)
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                client.get("api/status")
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < deadline, log.read_text("utf-8")
                time.sleep(0.5)
        yield client
    finally:
        server.terminate()
        server.wait(30)
