"""A class graded by many workers into a gradebook on a PostgreSQL server."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import tiny_course
from test_workers import LONG, command, read
from tiny_course import filled, hand_in

from autograder.grading.course import open_course

pytestmark = pytest.mark.slow(minutes=2)


def program(name: str) -> str:
    """Return where a program of PostgreSQL lies; Debian keeps them out of PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, reversed(places))])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"PostgreSQL is not installed: there is no {name}")
    return str(Path(found).resolve())


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a database on a server of its own, which only this test can reach."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = None
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = "nobody"
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)

    def call(*arguments: str) -> None:
        subprocess.run(arguments, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        call(initdb, "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        call(pg_ctl, "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            with psycopg.connect(host=str(folder), user="teacher", dbname="postgres") as connection:
                connection.autocommit = True
                connection.execute("CREATE DATABASE gradebook")
            yield f"postgresql+psycopg://teacher@/gradebook?host={folder}"
        finally:
            call(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def test_grades_go_to_postgresql(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = f"{tiny_course.CONFIG}c.CourseDirectory.db_url = {server!r}\n"
    monkeypatch.setattr(tiny_course, "CONFIG", config)
    course = tiny_course.make_course(tmp_path / "course")
    for student in ("ada", "Zoë_Łuczak"):
        hand_in(course, student, filled(course))
    hand_in(course, "bob", filled(course, answer_gap="answer = 1"))
    with command(course, "--workers", "2", "--json", "results.json") as process:
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, out + err
    scores = {name: entry["score"] for name, entry in read(course / "results.json").items()}
    assert scores == {"ada": 7, "Zoë_Łuczak": 7, "bob": 5}
    assert not (course / "gradebook.db").exists()
    with open_course(course).gradebook() as gradebook:
        assert gradebook.find_submission("tiny", "bob").score == 5
