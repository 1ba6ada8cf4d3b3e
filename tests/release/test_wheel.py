"""The package that students install: its files one by one, its bytes, and that it is enough."""

import ast
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from autograder.release import wheel
from tests.colab.simulated import environment, packages_of

SNAPSHOT = Path(__file__).parent / "files" / "wheel.txt"
UPDATE = "python -m tests.release.test_wheel"
GRADING = ("autograder.grading", "autograder.release", "autograder.transport", "nbgrader")
TARGETS = {"fit", "compile", "train_on_batch", "Sequential"}
"""Calls of code that builds or trains what an exercise asks for."""


@pytest.fixture(scope="module")
def built(tmp_path_factory, repository):
    return wheel.build_wheel(tmp_path_factory.mktemp("wheel"), repository / "LICENSE")


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def listed(path):
    """Names of the files, without the version."""
    return sorted(
        name if ".dist-info/" not in name else f"dist-info/{name.split('.dist-info/')[1]}"
        for name in members(path)
    )


def test_its_files_are_these_and_no_others(built):
    assert listed(built) == SNAPSHOT.read_text().splitlines(), f"if that is meant: {UPDATE}"


def test_no_file_grades_builds_or_trains(built):
    """The rule behind the list."""
    for name, content in members(built).items():
        assert not name.startswith(("autograder/grading", "autograder/release", "tests", "source"))
        assert not name.endswith((".safetensors", ".ipynb", ".pyc"))
        if not name.endswith(".py"):
            continue
        tree = ast.parse(content)
        imported = [
            f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        ]
        assert [one for one in imported if one.startswith(GRADING)] == [], name
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
            if ast.unparse(node.func) != "re.compile"
        }
        assert called & TARGETS == set(), name


def test_no_file_renders_hidden_pictures(built):
    rendering = {
        name
        for name, content in members(built).items()
        if name.startswith("data_scripts/") and name.endswith(".py")
        for node in ast.walk(ast.parse(content))
        if isinstance(node, ast.FunctionDef) and "hidden" in node.name
    }
    assert rendering == set()
    assert "data_scripts/hidden_sets.py" not in members(built)


def test_it_is_small_and_says_what_it_needs(built):
    assert built.stat().st_size < wheel.LARGEST == 1_000_000
    (name,) = [name for name in members(built) if name.endswith(".dist-info/METADATA")]
    text = members(built)[name].decode()
    base = [line for line in metadata.requires("eight-faces") if "extra ==" not in line]
    for line in base:
        assert f"Requires-Dist: {line}\n" in text
    assert 'extra == "grading"' not in text
    assert "Requires-Python: <3.14,>=3.11" in text


def test_bytes_are_the_same_whenever_and_wherever_it_is_built(built, tmp_path, repository):
    code = (
        "import os, sys; from pathlib import Path; from autograder.release import wheel; "
        "os.umask(0o077); wheel.build_wheel(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    licence = repository / "LICENSE"
    subprocess.run([sys.executable, "-c", code, tmp_path, licence], cwd=tmp_path, check=True)
    (again,) = tmp_path.glob("*.whl")
    assert again.name == built.name
    assert again.read_bytes() == built.read_bytes()


def test_other_files_have_another_version():
    content = {"a.py": b"1"}
    assert wheel.wheel_version(content) == wheel.wheel_version(dict(content))
    assert wheel.wheel_version(content) != wheel.wheel_version({"a.py": b"2"})
    assert wheel.wheel_version(content).startswith(metadata.version("eight-faces") + "+c")


def test_setuptools_that_refuses_is_one_message(tmp_path, monkeypatch):
    monkeypatch.setattr(wheel, "BACKEND", "raise RuntimeError('no setuptools here')")
    with pytest.raises(wheel.ReleaseError, match="could not be built: .*no setuptools here"):
        wheel.build_wheel(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(wheel, "LARGEST", 1000)
    with pytest.raises(wheel.ReleaseError, match="at most 1000 are meant"):
        wheel.build_wheel(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The wheel alone in a folder, and a Python that has everything but the course."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", folder / "course", built], check=True)
    python = environment(folder / "env", Path(sys.executable), packages_of(Path(sys.executable)))

    def run(code, **settings):
        variables = {"PYTHONPATH": str(folder / "course"), "PATH": "", "HOME": str(folder)}
        return subprocess.run(
            [python, "-W", "error::ImportWarning", "-c", code],
            cwd=folder, env=variables | settings, capture_output=True, text=True,
        )  # fmt: skip

    return run


@pytest.mark.slow
def test_it_is_enough_to_import_every_module(installed):
    code = (
        "import importlib, pkgutil, sys; import autograder, data_scripts\n"
        "for package in (autograder, data_scripts):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "print(autograder.__file__, 'nbgrader' in sys.modules)"
    )
    done = installed(code, TF_CPP_MIN_LOG_LEVEL="3")
    assert done.returncode == 0, done.stderr
    file, nbgrader = done.stdout.split()
    assert "installed" in file
    assert nbgrader == "False"


def test_the_student_package_works_from_it(installed, cache_dir):
    code = (
        "import sys, autograder.student as student\n"
        "faces = student.load_faces(48)\n"
        "exercise = student.Exercise('03_faces_fc')\n"
        "rows = student.one_hot(faces.y_train), student.one_hot(faces.y_valid)\n"
        "rows += student.one_hot(faces.y_test),\n"
        "labels = faces.y_train, faces.y_valid, faces.y_test\n"
        "print(exercise.check('one_hot', *rows, labels=labels), 'tensorflow' in sys.modules)"
    )
    done = installed(code, EIGHT_FACES_CACHE=str(cache_dir))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1.0 False"


def test_the_weights_are_fetched_checked_and_kept(installed, tmp_path, repository):
    code = "from data_scripts.weights_file import weights_content; print(len(weights_content()))"
    cache = {"EIGHT_FACES_CACHE": str(tmp_path / "cache")}
    nowhere = installed(code, **cache)
    assert "does not know from where" in nowhere.stderr
    package = tmp_path / "tree" / "package"
    package.mkdir(parents=True)
    tree = {"EIGHT_FACES_ADDRESS": str(tmp_path / "tree")}
    assert "can't be read" in installed(code, **cache, **tree).stderr
    weights = package / "vgg16.safetensors"
    weights.write_bytes(b"another file")
    assert "holds another file" in installed(code, **cache, **tree).stderr
    weights.write_bytes(
        (repository / "data_scripts" / "course_weights" / weights.name).read_bytes()
    )
    fetched = installed(code, **cache, **tree)
    assert fetched.stdout.splitlines() == ["Fetching the course's weights (8.4 MB), this once.",
                                           "8411176"]  # fmt: skip
    weights.unlink()
    assert installed(code, **cache).stdout.splitlines() == ["8411176"]
    (kept,) = (tmp_path / "cache").glob("*.safetensors")
    kept.write_bytes(b"damaged")
    assert "does not know from where" in installed(code, **cache).stderr


def main() -> None:
    """Write the list of files anew."""
    import tempfile

    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as folder:
        names = listed(wheel.build_wheel(Path(folder), root / "LICENSE"))
    SNAPSHOT.write_text("\n".join(names) + "\n")


if __name__ == "__main__":
    main()
