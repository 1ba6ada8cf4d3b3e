"""The ungraded notebooks run from top to bottom, and every figure says in words what it shows."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder import settings

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
FIGURES = {
    "data_overview": 6,
    "feature_maps": 12,
    "grading_walkthrough": 0,
    "ladder": 3,
    "what_features_know": 3,
}
SECONDS = 600
"""A cell of the walkthrough grades; a slow machine may take minutes."""


def run(path: Path) -> NotebookNode:
    nb = nbformat.read(path, as_version=4)
    client = NotebookClient(nb, timeout=SECONDS, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}})  # fmt: skip
    return client.execute()


def outputs(nb: NotebookNode) -> list[NotebookNode]:
    return [output for cell in nb.cells for output in cell.get("outputs", [])]


def require_figures(nb: NotebookNode, name: str) -> None:
    pages = [output.data["text/html"] for output in outputs(nb) if "text/html" in
             output.get("data", {}) and "<img" in output.data["text/html"]]  # fmt: skip
    texts = [re.search(r'<img alt="([^"]*)"', page) for page in pages]
    assert len(texts) == FIGURES[name]
    assert all(text is not None and len(text[1]) > 40 for text in texts)


def test_there_is_nothing_in_the_folder_that_nobody_runs() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(FIGURES)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_top_to_bottom_in_a_quick_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.QUICK, "1")
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    nb = run(path)
    require_figures(nb, path.stem)
    if path.stem == "grading_walkthrough":
        said = "".join(output.get("text", "") for output in outputs(nb))
        assert re.search(r"reference +\d", said)
        assert said.count("checked again, nothing was run") == 4
        assert "wrong_units" in said.split("grades written")[-1]


@pytest.mark.full
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_with_all_pictures(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    require_figures(run(path), path.stem)
