"""From a badge to a grade: a released notebook on a machine that has nothing of the course."""

import contextlib
import copy
import functools
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import CellExecutionError

from autograder import exercises
from autograder.grading.mutator.saved import as_saved_by_colab
from autograder.grading.pipeline import grade
from autograder.release import build, publish
from tests.colab import simulated

WEIGHTS = "/package/vgg16.safetensors"
NEED_WEIGHTS = (
    "06_faces_vgg_features",
    "07_faces_fine_tuning",
    "08_caltech101_transfer",
    "09_santa_vgg19",
)
LIGHT = "03_faces_fc"


class Published:
    """A course whose student tree is served from this machine."""

    def __init__(self, root: Path, repository: Path) -> None:
        self.root, self.tree = root / "course", root / "students"
        self.root.mkdir()
        for name in ("nbgrader_config.py", "LICENSE", "LICENSE-notebooks"):
            shutil.copy(repository / name, self.root)
        shutil.copytree(repository / "notebooks", self.root / "notebooks")

    @contextlib.contextmanager
    def online(self, repository: Path, *names: str) -> Iterator[None]:
        """Release and publish assignments for an address that answers."""
        with simulated.served(self.tree) as (self.address, self.asked):
            (self.root / "course.toml").write_text(f'address = "{self.address}"\n')
            for name in names:
                shutil.copytree(repository / "source" / name, self.root / "source" / name)
                build.release(self.root, name)
            publish.publish(publish.plan(self.root, [], []), self.tree)
            yield

    def source(self, name: str) -> Path:
        return self.root / "source" / name / f"{name}.ipynb"

    def notebook(self, name: str) -> Path:
        return self.tree / name / f"{name}.ipynb"

    def answered(self, name: str) -> dict[str, Any]:
        return simulated.answered(self.source(name), self.notebook(name))


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Published]:
    """One assignment, published."""
    published = Published(tmp_path_factory.mktemp("light"), repository)
    with published.online(repository, LIGHT):
        yield published


@pytest.fixture
def own_python(tmp_path: Path) -> Path:
    """The tests' own versions, without the course."""
    python = Path(sys.executable)
    return simulated.environment(tmp_path / "env", python, simulated.packages_of(python))


@pytest.fixture
def machine(tmp_path: Path, own_python: Path) -> simulated.Machine:
    (tmp_path / "machine").mkdir()
    return simulated.Machine(tmp_path / "machine", own_python, EIGHT_FACES_QUICK="1")


def cells(notebook: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a notebook with these cells only."""
    few = copy.deepcopy(notebook)
    few["cells"] = [cell for cell in few["cells"] if cell["id"] in names]
    return few


@pytest.mark.slow(minutes=3)
def test_a_notebook_runs_to_its_end_in_an_empty_folder(
    light: Published, machine: simulated.Machine
) -> None:
    notebook = machine.run(simulated.as_node(light.answered(LIGHT)))
    assert simulated.failed(notebook) == ["accuracy_a_test", "accuracy_b_test"]
    for name in simulated.failed(notebook):
        assert "skipped: a quick test run" in simulated.texts(notebook, name)
    (line,) = [line for line in simulated.texts(notebook, "place").splitlines() if "Ready" in line]
    assert "no GPU" in line
    assert line.endswith("Data folder: ~/.cache/eight-faces")
    assert WEIGHTS not in light.asked
    files = [path.name for path in machine.work.rglob("*")]
    assert files == []  # nothing of ours lies about in the student's folder


@pytest.mark.slow
def test_the_first_cell_installs_once_and_can_be_run_again(
    light: Published, machine: simulated.Machine
) -> None:
    first = cells(light.answered(LIGHT), "place")
    light.asked.clear()
    for _ in range(2):
        assert "Ready: Python" in simulated.texts(machine.run(simulated.as_node(first)), "place")
    assert [path.rpartition("/")[2][:11] for path in light.asked] == ["install.txt", "eight_faces"]
    listed = machine.call("-m", "pip", "list", "--format=freeze").stdout
    assert "eight-faces==0.1.0+c" in listed


@pytest.mark.slow
def test_an_ungraded_notebook_finds_package_and_weights(
    light: Published, machine: simulated.Machine
) -> None:
    path = light.tree / "notebooks" / "feature_maps.ipynb"
    few = cells(json.loads(path.read_text("utf-8")), "place", "imports", "model", "filters")
    notebook = machine.run(simulated.as_node(few))
    assert simulated.failed(notebook) == []
    assert "filters of block1_conv1" in str(notebook.cells[-1].outputs)
    assert WEIGHTS in light.asked


@pytest.mark.slow
def test_pictures_go_to_google_drive_when_wanted(
    light: Published, machine: simulated.Machine
) -> None:
    machine.variables["EIGHT_FACES_DRIVE"] = "1"
    notebook = machine.run(simulated.as_node(cells(light.answered(LIGHT), "place")))
    text = simulated.texts(notebook, "place")
    assert "Mounted at /content/drive" in text
    assert "Data folder: /content/drive/MyDrive/eight-faces" in text


@pytest.mark.slow
def test_without_a_network_the_first_cell_says_so(
    light: Published, machine: simulated.Machine
) -> None:
    first = cells(light.answered(LIGHT), "place")
    source = "".join(first["cells"][0]["source"])
    first["cells"][0]["source"] = source.replace(light.address, "http://127.0.0.1:9/gone")
    with pytest.raises(CellExecutionError, match=r"Is there a network(?s:.)*Connection refused"):
        machine.run(simulated.as_node(first))


@pytest.mark.slow
def test_an_unpacked_bundle_needs_no_network(
    light: Published, machine: simulated.Machine, tmp_path: Path, repository: Path
) -> None:
    """Without an address notebooks look beside themselves."""
    (tmp_path / "quiet").mkdir()
    course = Published(tmp_path / "quiet", repository)
    shutil.copytree(repository / "source" / LIGHT, course.root / "source" / LIGHT)
    build.release(course.root, LIGHT)
    publish.publish(publish.plan(course.root, [], []), machine.work / "unpacked")
    machine.work = machine.work / "unpacked" / LIGHT
    released = json.loads((machine.work / f"{LIGHT}.ipynb").read_text())
    text = simulated.texts(machine.run(simulated.as_node(cells(released, "place"))), "place")
    assert "Ready: Python" in text


@pytest.mark.full
@pytest.mark.registry
def test_unpack_one_command_work(
    light: Published, tmp_path: Path, repository: Path, cache_dir: Path
) -> None:
    """The bundle, `python start.py`, and JupyterLab could open."""
    path = publish.bundle(publish.plan(light.root, [], []))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / path.stem
    command = [sys.executable, folder / "start.py", "--no-open"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and "Could not find a version" in done.stdout + done.stderr:
        pytest.skip("the package registry can't be reached")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything is set up" in done.stdout
    python = folder / ".venv" / "bin" / "python"
    (tmp_path / "machine").mkdir()
    machine = simulated.Machine(
        tmp_path / "machine", python, colab=False, EIGHT_FACES_CACHE=str(cache_dir)
    )
    machine.work = folder / LIGHT
    few = cells(light.answered(LIGHT), "place", "imports", "data", "sample-figure")
    assert simulated.failed(machine.run(simulated.as_node(few))) == []
    assert machine.call("-m", "jupyter", "lab", "--version").stdout.startswith("4.")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{size / 1e9:.1f} GB")
    shutil.rmtree(folder)
    assert size < 2.2e9  # what the page says


# ---- Colab's versions, every notebook, and grades ------------------------------------------------


@functools.cache
def colab_python(build_folder: Path) -> tuple[Path, Path]:
    """Colab's versions, installed once a checkout."""
    try:
        return simulated.colab_environment(build_folder)
    except subprocess.CalledProcessError:
        pytest.skip("the package registry can't be reached")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Published]:
    """All assignments, published."""
    published = Published(tmp_path_factory.mktemp("all"), repository)
    with published.online(repository, *exercises.names()):
        yield published


@pytest.fixture(scope="module")
def colab_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one student's machine keeps from notebook to notebook."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.full
@pytest.mark.parametrize("name", exercises.names())
def test_in_colabs_versions_every_notebook_runs_and_grades_equal(
    name: str, everything: Published, colab_cache: Path, tmp_path: Path, repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    python = simulated.environment(tmp_path / "env", *colab_python(repository / "build"))
    (tmp_path / "machine").mkdir()
    machine = simulated.Machine(
        tmp_path / "machine", python,
        EIGHT_FACES_QUICK="1", EIGHT_FACES_CACHE=str(colab_cache),
    )  # fmt: skip
    everything.asked.clear()
    original = everything.answered(name)
    done = machine.run(simulated.as_node(original), timeout=1800)
    assert "TensorFlow 2.20" in simulated.texts(done, "place")
    for failed in simulated.failed(done):
        assert failed.startswith("accuracy_")
        assert "skipped: a quick test run" in simulated.texts(done, failed)
    if name not in NEED_WEIGHTS:
        assert WEIGHTS not in everything.asked
    if name == NEED_WEIGHTS[0]:
        assert everything.asked.count(WEIGHTS) == 1
    # nbformat's nodes are dictionaries; as Colab writes them, they are plain JSON.
    saved = as_saved_by_colab(json.loads(json.dumps(done)))
    require_equal_grades(everything, name, {"original": original, "colab": saved}, monkeypatch)


def require_equal_grades(
    course: Published,
    name: str,
    notebooks: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    for student, notebook in notebooks.items():
        folder = course.root / "submitted" / student / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    results = {result.student_id: result for result in grade(course.root, name, progress=False)}
    scores = {
        student: {task.grade_id: task.score for task in result.tasks}
        for student, result in results.items()
    }
    assert scores["colab"] == scores["original"]
    assert sum(scores["original"].values()) > 0
    assert os.environ["EIGHT_FACES_QUICK"] == "1"
