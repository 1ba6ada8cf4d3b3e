"""A notebook runs on the original data as it does on the course's own: one setting, no edit."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from data_scripts.faces import load_faces
from data_scripts.original.faces import write_file
from data_scripts.original.sources import folder_of

NAME = "03_faces_fc"


def run(repository, folder):
    """Run the released notebook as a student opens it; return errors and texts outside tests."""
    nb = nbformat.read(repository / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    shown, errors = [], []
    for cell in nb.cells:
        if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                errors.append(output.evalue)
            shown.append(output.get("text", ""))
    return errors, "".join(shown)


@pytest.fixture
def original(monkeypatch, cache_dir):
    """Faces as the original course's file holds them; the rendered ones have no file here."""
    faces = load_faces(48, cache_dir=cache_dir, progress=False)
    monkeypatch.setenv("EIGHT_FACES_DATA", "original")
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    folder_of("faces").mkdir(parents=True)
    write_file(folder_of("faces") / "faces_48.h5", faces)


@pytest.mark.slow
def test_released_notebook(repository, tmp_path, original):
    errors, _ = run(repository, tmp_path)
    assert errors == []
    left = {path.name for path in (tmp_path / "cache").iterdir()}
    assert left == {"originals"}  # nothing was rendered


@pytest.mark.slow
def test_released_notebook_without_its_data(repository, tmp_path, monkeypatch):
    monkeypatch.setenv("EIGHT_FACES_DATA", "original")
    with pytest.raises(Exception, match=r"fetch faces --from FILE_OR_FOLDER --accept-terms"):
        run(repository, tmp_path)
    assert not os.path.lexists(tmp_path / "cache" / "originals")
