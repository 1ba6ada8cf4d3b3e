"""A notebook runs on the original data as it does on the course's own: one setting, no edit."""

import nbformat
import pytest
from nbclient import NotebookClient

from data_scripts.faces import load_faces
from data_scripts.original.faces import write_file
from data_scripts.original.sources import folder_of

NAME = "03_faces_fc"


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
    nb = nbformat.read(repository / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    client = NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()  # raises at an error outside of test cells
    shown = [output.data for cell in nb.cells for output in cell.get("outputs", ())
             if "data" in output]  # fmt: skip
    assert any("<img" in data.get("text/html", "") for data in shown)
    left = {path.name for path in (tmp_path / "cache").iterdir()}
    assert left == {"originals"}  # nothing was rendered
