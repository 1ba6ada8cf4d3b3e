"""The parts by themselves: binds, environment, filter, measuring, and what doctor says."""

import os
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from boxing import LIMITS
from typer.testing import CliRunner

from autograder import cli
from autograder.grading import doctor
from autograder.grading.sandbox import Sandbox, binds, bubblewrap, environment, problem
from autograder.grading.sandbox import sandbox_problem as real_problem
from autograder.grading.sandbox.limits import in_words
from autograder.grading.sandbox.seccomp import seccomp_filter
from autograder.grading.sandbox.usage import Usage, measure
from autograder.release.wheel import student_files


def test_student_binds_are_only_the_students_part(repository):
    targets = {str(bind.target) for bind in binds.student_binds()}
    package = repository / "autograder"
    assert str(package / "student") in targets
    assert str(repository / "data_scripts") in targets
    assert not [path for path in targets if "grading" in path or "release" in path or "cli" in path]
    assert str(package) not in targets


def test_students_code_finds_what_it_finds_at_home(repository):
    """The wheel is what students have; what they import there must be there in the sandbox."""
    seen = [bind.source.relative_to(repository) for bind in binds.student_binds()]
    for name in student_files():
        path = Path(name)
        if path.name not in ("py.typed", "LICENSE"):
            assert any(path.is_relative_to(part) for part in seen), name


def test_environment_without_bubblewrap_names_the_real_cache(tmp_path):
    wanted = {"EIGHT_FACES_CACHE": str(tmp_path), "AWS_KEY": "x", "TF_DETERMINISTIC_OPS": "1"}
    open_one = environment.inside(wanted, tmp_path, tmp_path, confined=False)
    closed = environment.inside(wanted, tmp_path, tmp_path, confined=True)
    assert open_one["EIGHT_FACES_CACHE"] == str(tmp_path)
    assert closed["EIGHT_FACES_CACHE"] == str(binds.CACHE)
    assert "AWS_KEY" not in {**open_one, **closed}
    assert open_one["TF_DETERMINISTIC_OPS"] == closed["TF_DETERMINISTIC_OPS"] == "1"


def test_terraforms_variables_are_not_taken_for_tensorflows(tmp_path):
    """They begin with TF_ as well, and hold passwords."""
    secrets = {"TF_VAR_password": "x", "TF_TOKEN_app_terraform_io": "x", "TF_CLI_CONFIG_FILE": "x"}
    for confined in (True, False):
        told = environment.inside(secrets, tmp_path, tmp_path, confined=confined)
        assert not told.keys() & secrets.keys()
    assert environment.decisive(secrets) == {}


def test_a_worker_has_what_the_driver_has_of_what_decides(monkeypatch):
    monkeypatch.setenv(environment.THREADS, "4")
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "0")
    driver = {"TF_DETERMINISTIC_OPS": "1", "TZ": "UTC"}
    before = dict(os.environ)
    with environment.decided_by(driver):
        assert environment.decisive(os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}) == driver
        assert os.environ["PATH"] == before["PATH"]
    assert dict(os.environ) == before


def test_virtual_environment_in_the_course_folder_shows_nothing_else_of_it(tmp_path, real_sandbox):
    """Even one that is the course folder itself, and that lies in /tmp."""
    course = tmp_path / "course"
    command = [sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(course)]
    subprocess.run(command, check=True)
    (course / ".secret").mkdir()
    (course / ".secret" / "seed").write_text("secret")
    (course / "gradebook.db").write_text("secret")
    source = f"""
        import os, subprocess, sys
        sys.path += {[path for path in sys.path if path]!r}
        from autograder.grading.sandbox import Limits, Sandbox
        with Sandbox(Limits(1 << 30, 20, 1 << 24, 500), [], {{}}) as box:
            command = [sys.executable, "-c", "import os, sys; print(os.listdir(sys.prefix))"]
            process = box.start(command, stdout=subprocess.PIPE)
            print(process.communicate()[0].decode())
        """
    done = subprocess.run(
        [course / "bin" / "python", "-c", textwrap.dedent(source)],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert "pyvenv.cfg" in done.stdout, done.stderr
    assert "secret" not in done.stdout
    assert "gradebook" not in done.stdout


def test_package_installed_beside_others_is_covered(monkeypatch):
    site = binds.Path(os.__file__).parent
    monkeypatch.setattr(bubblewrap, "package_folder", lambda name: site / name)
    student = bubblewrap.read_only([binds.Bind(site / "autograder/student", site / "x")])
    where = student.index("--tmpfs")
    assert student[where + 1] == str(site / "autograder")
    assert student[-2:] == ["--remount-ro", str(site / "autograder")]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filter_jumps_stay_inside_and_end_with_an_answer(machine):
    steps = list(struct.iter_unpack("=HBBI", seccomp_filter(machine)))
    assert 40 < len(steps) < 4096
    for place, (code, then, otherwise, _) in enumerate(steps):
        assert place + max(then, otherwise) + 1 < len(steps) or code == 0x06
    assert steps[-1][0] == 0x06
    assert seccomp_filter("vax") == b""


def test_measuring_stops_when_it_is_too_much(tmp_path):
    for number in range(100):
        (tmp_path / str(number)).write_bytes(bytes(10_000))
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    plenty = Usage(1 << 30, 1000, 60)
    whole = measure(tmp_path, plenty)
    assert (whole.files, whole.depth) == (103, 3)
    assert whole.size >= 1_000_000
    assert measure(tmp_path, Usage(1 << 30, 10, 60)).files == 11
    assert measure(tmp_path, Usage(1 << 30, 1000, 1)).depth == 2


@pytest.mark.parametrize(
    ("size", "words"),
    [(6 << 30, "6 GiB"), (300 << 20, "300 MiB"), (1536 << 20, "1.5 GiB"), (5, "5 bytes")],
)
def test_sizes_are_said_in_words(size, words):
    assert in_words(size) == words


def test_complaints_are_explained(monkeypatch, tmp_path):
    refused = "bwrap: setting up uid map: Permission denied"
    switch = tmp_path / "switch"
    monkeypatch.setattr(problem, "_RESTRICTED", switch)
    assert "In a container" in problem.explain(refused)
    switch.write_text("1\n")
    assert "AppArmor" in problem.explain(refused)
    assert "does not run in the sandbox" in problem.explain("ModuleNotFoundError: numpy")
    assert "does not work here" in problem.explain("bwrap: something else")


def test_missing_bubblewrap_names_the_package(monkeypatch):
    monkeypatch.setattr(problem, "find_bubblewrap", lambda: None)
    assert "apt-get install bubblewrap" in problem.sandbox_problem.__wrapped__()
    monkeypatch.setattr(problem.sys, "platform", "darwin")
    assert "Lima" in problem.sandbox_problem.__wrapped__()


def test_doctor_says_one_line_a_check(monkeypatch, repository):
    monkeypatch.chdir(repository)
    result = CliRunner().invoke(cli.app, ["doctor"])
    lines = result.output.splitlines()
    assert len(lines) == 7
    if real_problem():
        assert result.exit_code == 1
    elif result.exit_code:
        assert [line for line in lines if line.startswith("MISSING")]
    else:
        assert all(line.startswith("ok ") for line in lines)


def test_doctor_fails_when_something_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "sandbox_problem", lambda: "bubblewrap is missing")
    monkeypatch.setenv("EIGHT_FACES_COURSE", str(tmp_path))
    result = CliRunner().invoke(cli.app, ["doctor"])
    assert result.exit_code == 1
    assert "MISSING  sandbox: runs this Python" in result.output
    assert "MISSING  nbgrader's configuration" in result.output


def test_doctor_notices_a_course_that_can_be_seen(monkeypatch, tmp_path, real_sandbox):
    (tmp_path / "nbgrader_config.py").write_text("")
    seen = [binds.Bind(tmp_path, tmp_path)]
    assert doctor._secret(tmp_path) == ""
    monkeypatch.setattr(doctor, "student_binds", lambda: seen)
    assert "can be seen from inside" in doctor._secret(tmp_path)


def test_without_bubblewrap_the_command_is_bare(tmp_path):
    with Sandbox(LIMITS, [], {}, confined=False) as box:
        assert box.command(["python", "-V"]) == ["python", "-V"]
        assert {path.name for path in box.scratch.iterdir()} >= {"work", "home", "tmp", "channel"}
    assert not box.scratch.exists()
