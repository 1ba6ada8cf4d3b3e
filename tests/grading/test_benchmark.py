"""What `autograder bench` grades and writes; the gradings are stand-ins but in one test."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from autograder import cli
from autograder.grading import benchmark
from autograder.grading.bench_class import composition, write_bench_class
from autograder.grading.benchmark import OTTER, OURS, STOCK, Case


@pytest.mark.parametrize("size", [1, 10, 30, 100])
def test_everybody_hands_something_in(size: int) -> None:
    for mix in ("realistic", "different"):
        assert len(composition(size, mix)) == size


def test_a_class_of_thirty() -> None:
    found = Counter(composition(30, "realistic"))
    assert found == {"reference": 10, "rewritten": 10, "mistake": 6, "own": 4}
    assert set(composition(30, "different")) == {"own"}


@pytest.mark.parametrize(
    "assignment",
    ["03_faces_fc", "05_faces_cnn_tricks", "06_faces_vgg_features", "07_faces_fine_tuning"],
)
def test_a_class_is_written(assignment: str, repository: Path, tmp_path: Path) -> None:
    for name in ("source", "release"):
        (tmp_path / name).symlink_to(repository / name)
    students = write_bench_class(tmp_path, assignment, 6, "realistic")
    assert len(set(students)) == 6
    mistakes = {
        (tmp_path / "submitted" / student / assignment / f"{assignment}.ipynb").read_text()
        for student in write_bench_class(tmp_path, assignment, 30, "realistic")
        if student.endswith("mistake")
    }
    assert len(mistakes) == 2
    different = write_bench_class(tmp_path, assignment, 3, "different")
    seeds = set()
    for student in different:
        path = tmp_path / "submitted" / student / assignment / f"{assignment}.ipynb"
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        seeds.add(text.split("keras.utils.set_random_seed(")[1].split(")")[0])
    assert len(seeds) == 3


def test_all_cases_and_chosen_ones() -> None:
    assert len(benchmark.cases()) == 2 * (4 + 3 + 2 + 1)
    chosen = benchmark.cases(["03_faces_fc"], [7], ["different"])
    assert chosen == [Case("03_faces_fc", 7, "different")]


@pytest.fixture
def otter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where otter-grader would lie."""
    path = tmp_path / "otter"
    monkeypatch.setattr(benchmark, "_otter", lambda: path)
    return path


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch, otter: Path) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def measure(case: Case, key: dict[str, Any]) -> dict[str, Any]:
        calls.append(key)
        if case.size == 13:
            raise benchmark.BenchError("nbgrader ended with 1; its output is in bench.log")
        seconds = {
            (STOCK, "first"): 60.0,
            (OTTER, "first"): 50.0,
            (OURS, "first"): 10.0,
            (OURS, "regrade"): 2.0,
        }
        return {"seconds": seconds[key["way"], key["what"]], "peak_memory": 10**9}

    monkeypatch.setattr(benchmark, "_measure", measure)
    return calls


def test_rows_hold_ratios(graded: list[dict[str, Any]], tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    rows = benchmark.bench([Case("03_faces_fc", 2, "realistic")], report=report)
    assert rows == json.loads(report.read_text())
    found = {(row["way"], row["what"]): row for row in rows}
    assert found[OURS, "first"]["ratio_to_nbgrader"] == 6.0
    assert found[OURS, "regrade"]["ratio_to_nbgrader"] == 30.0
    assert set(rows[0]) >= {"assignment", "size", "mix", "what", "seconds", "peak_memory"}


def test_otter_grader_is_measured_where_it_is_installed(
    graded: list[dict[str, Any]], otter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen, report = [Case("03_faces_fc", 2, "realistic")], tmp_path / "bench.json"
    assert OTTER not in {row["way"] for row in benchmark.bench(chosen, report=report)}
    assert "`make bench` installs it" in capsys.readouterr().out
    otter.touch()
    found = {row["way"]: row for row in benchmark.bench(chosen, report=report)}
    assert found[OTTER]["ratio_to_nbgrader"] == 1.2
    assert [key["way"] for key in graded].count(STOCK) == 1
    assert "installs" not in capsys.readouterr().out


def test_what_was_measured_is_not_measured_again(
    graded: list[dict[str, Any]], tmp_path: Path
) -> None:
    report = tmp_path / "bench.json"
    benchmark.bench([Case("03_faces_fc", 2, "realistic")], report=report)
    with pytest.raises(benchmark.BenchError, match=r"bench\.log"):
        benchmark.bench(
            [Case("03_faces_fc", 2, "realistic"), Case("03_faces_fc", 13, "realistic")],
            report=report,
        )
    assert len(graded) == 3 + 1
    assert len(json.loads(report.read_text())) == 3


def test_the_others_may_grade_a_part(graded: list[dict[str, Any]], tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    rows = benchmark.bench([Case("03_faces_fc", 30, "realistic")], sample=6, report=report)
    assert {(row["way"], row["graded"]) for row in rows} == {(STOCK, 6), (OURS, 30)}
    benchmark.bench([Case("03_faces_fc", 30, "realistic")], report=report)
    assert [(key["way"], key["graded"]) for key in graded] == [
        (STOCK, 6),
        (OURS, 30),
        (OURS, 30),
        (STOCK, 30),
    ]


def test_a_part_has_the_shares_of_the_whole(tmp_path: Path) -> None:
    for place, kind in enumerate(composition(30, "realistic")):
        (tmp_path / f"student_{place:04}_{kind}").mkdir()
    benchmark._leave(tmp_path, 6)
    found = Counter(path.name.split("_")[2] for path in tmp_path.iterdir())
    assert found == {"reference": 2, "rewritten": 2, "mistake": 1, "own": 1}


def test_what_a_whole_class_takes() -> None:
    assert benchmark._of_the_whole(64.0, 6, 30, once=4.0) == 304.0
    assert benchmark._of_the_whole(60.0, 30, 30, once=4.0) == 60.0


def test_what_another_machine_measured_is_measured_again(
    graded: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, report = [Case("03_faces_fc", 2, "realistic")], tmp_path / "bench.json"
    benchmark.bench(chosen, report=report)
    monkeypatch.setattr(benchmark, "_machine", lambda: "another")
    rows = benchmark.bench(chosen, report=report)
    assert len(graded) == 2 * 3
    assert {row["machine"] for row in rows} == {"another"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--assignment", "nothing"], "no exercise nothing"), (["--mix", "odd"], "no mix odd")],
)
def test_wrong_arguments_are_named(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(cli.app, ["bench", *arguments])
    assert done.exit_code == 1
    assert words in done.output


@pytest.mark.full
def test_a_class_is_graded_both_ways(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["make", "--no-print-directory", "-o", ".venv/.installed", "build/otter/.installed"]
    subprocess.run(command, cwd=repository, check=True)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    monkeypatch.setattr(benchmark, "FOLDER", tmp_path / "bench")
    report = tmp_path / "bench.json"
    rows = benchmark.bench([Case("03_faces_fc", 2, "realistic")], workers=1, report=report)
    assert [(row["way"], row["what"]) for row in rows] == [
        (STOCK, "first"),
        (OTTER, "first"),
        (OURS, "first"),
        (OURS, "regrade"),
    ]
    assert all(row["seconds"] > 0 and row["peak_memory"] > 10**8 for row in rows)
    assert rows[2]["points"] == rows[3]["points"] > 0
    assert 0 < rows[1]["points"] <= rows[2]["points"]  # no partial credit
