"""The project's own files agree with each other."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.release import build
from autograder.release.generate import PREPROCESSORS

NOT_IMPORTED = {
    "cryptography": "makes keys for distributed",
    "ipykernel": "started by name",
    "jupyterlab": "started by name",
    "tensorflow": "Keras' backend",
    "tensorflow-cpu": "Keras' backend",
    "mypy": "a command",
    "pre-commit": "a command",
    "pytest-xdist": "options of pytest",
    "ruff": "a command",
    "uv": "a command",
}

PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
    "mac": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
}

LOCAL_PATH = re.compile(r"(?<![\w.:/$}])/(?:home|root|work|Users|tmp)/\w")
REGISTRY = re.compile(r"(?:index-url|find-links|pypi\.org|pythonhosted|/simple\b)", re.IGNORECASE)


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def locked(repository):
    lines = (repository / "requirements.lock").read_text().splitlines()
    return [Requirement(line) for line in lines if line.strip()]


def declared(project, *extras):
    """All requirements of the base and the extras, with the project's own extras resolved."""
    texts = list(project["dependencies"])
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    requirements = []
    for text in texts:
        requirement = Requirement(text)
        if requirement.name == project["name"]:
            own = project["optional-dependencies"]
            requirements += [Requirement(line) for name in requirement.extras for line in own[name]]
        else:
            requirements.append(requirement)
    return requirements


def tracked(repository):
    """Text files that are, or would be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    for name in done.stdout.splitlines():
        path = repository / name
        if not path.is_file():
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_lock_holds_exact_versions_and_no_addresses(repository, locked):
    text = (repository / "requirements.lock").read_text()
    assert not re.search(r"://|@|^-|/", text, re.MULTILINE)
    for requirement in locked:
        assert [one.operator for one in requirement.specifier] == ["=="], requirement


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_lock_satisfies_pyproject(platform, python, project, locked):
    environment = default_environment() | PLATFORMS[platform]
    environment |= {"python_version": python, "python_full_version": f"{python}.9"}
    versions = {}
    for requirement in locked:
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in versions, f"{name} is locked twice for {platform} {python}"
            (specifier,) = requirement.specifier
            versions[name] = specifier.version
    for requirement in declared(project, "grading", "dev"):
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not locked; run make lock"
        assert requirement.specifier.contains(versions[name]), f"{requirement}; run make lock"


@pytest.fixture(scope="module")
def conda(repository):
    return yaml.safe_load((repository / "environment.yml").read_text())["dependencies"]


def test_environment_and_pyproject_agree(conda, project):
    pip = conda[-1]["pip"]
    assert pip[-1] == "--editable ."
    assert f"python{project['requires-python']}" in conda
    listed = {str(Requirement(line)) for line in pip[:-1]}
    assert listed == {str(requirement) for requirement in declared(project, "grading", "dev")}


@pytest.mark.parametrize("name", ["environment.yml", "pyproject.toml"])
def test_every_dependency_has_a_reason(name, repository):
    pattern = r"^ +- [\w-]+[<>=]" if name.endswith("yml") else r'^  "[\w-]+[<>=]'
    lines = (repository / name).read_text().splitlines()
    required = [line for line in lines if re.match(pattern, line)]
    assert len(required) > 20
    assert [line for line in required if " # " not in line] == []


@pytest.mark.registry
def test_pip_part_of_the_environment_resolves(conda, tmp_path):
    wanted = tmp_path / "requirements.in"
    wanted.write_text("\n".join(conda[-1]["pip"][:-1]))
    command = [Path(sys.executable).with_name("uv"), "pip", "compile", "--quiet", "--no-config"]
    done = subprocess.run(
        [*command, "--python-version", "3.12", wanted], capture_output=True, text=True
    )
    offline = re.search(r"error sending request|dns error|Connection|timed out", done.stderr)
    if done.returncode and offline:
        pytest.skip("the package registry can't be reached")
    assert done.returncode == 0, done.stderr
    assert "nbgrader==0.9.6" in done.stdout


def imported(folder):
    """Top-level names of the modules that Python files import."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module).split(".")[0]


def test_what_is_imported_is_declared_and_the_reverse(repository, project):
    distributions = packages_distributions()
    folders = [repository / name for name in ("autograder", "data_scripts")]
    used, used_by_tests = (
        {
            canonicalize_name(distribution)
            for folder in some
            for module in imported(folder)
            if module not in sys.stdlib_module_names
            for distribution in distributions.get(module, [])
        }
        - {"eight-faces"}
        for some in (folders, [*folders, repository / "tests"])
    )
    runtime = {canonicalize_name(one.name) for one in declared(project, "grading")}
    development = {canonicalize_name(one.name) for one in declared(project, "dev")}
    assert used - runtime == set(), "imported, not declared"
    assert used_by_tests - runtime - development == set(), "imported by tests, not declared"
    assert (runtime | development) - used_by_tests - set(NOT_IMPORTED) == set(), "declared only"


def test_no_local_paths_and_no_registry_addresses(repository):
    found = []
    for name, text in tracked(repository):
        if name == "tests/test_project.py":
            continue
        for line in text.splitlines():
            if LOCAL_PATH.search(line) and not name.startswith("tests/"):
                found.append(f"{name}: {line.strip()[:100]}")
            if REGISTRY.search(line) and name != "Makefile":
                found.append(f"{name}: {line.strip()[:100]}")
    assert found == []


def test_no_outputs_no_secrets_are_tracked(repository):
    names = [name for name, _ in tracked(repository)]
    forbidden = re.compile(
        r"(^|/)(\.secret|submitted|autograded|feedback|work|build)/|gradebook\.db"
    )
    assert [name for name in names if forbidden.search(name)] == []


def test_nbgrader_command_and_ours_generate_alike(repository):
    from autograder.grading.course import open_course

    config = open_course(repository).app.config
    assert list(config.GenerateAssignment.preprocessors) == PREPROCESSORS


def test_committed_releases_are_current_and_leak_nothing(repository):
    names = build.assignments(repository)
    released = {path.name for path in (repository / "release").iterdir() if path.is_dir()}
    assert released == set(names)
    assert [problem for name in names for problem in build.check_release(repository, name)] == []


def test_top_level_is_the_one_that_was_agreed(repository):
    tops = {name.split("/")[0] for name, _ in tracked(repository)}
    assert tops <= {
        *("README.md", "environment.yml", "notebooks", "source", "release", "autograder"),
        *("tests", "data_scripts", "pyproject.toml", "Makefile", "nbgrader_config.py", ".ci"),
        *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "LICENSE-notebooks", "docs"),
        *(
            "course.toml",
            "requirements.lock",
            ".pre-commit-config.yaml",
            ".gitignore",
            ".gitattributes",
        ),
    }


def test_hooks_download_nothing(repository):
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    for repo in config["repos"]:
        assert repo["repo"] == "local"
        assert {hook["language"] for hook in repo["hooks"]} == {"system"}
