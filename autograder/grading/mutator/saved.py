"""What editors and people do to the file of a notebook; everything personal is invented."""

from __future__ import annotations

import copy
from collections.abc import Callable

from autograder.grading.mutator.notebook import Notebook, find

Damage = Callable[[Notebook], Notebook]


def as_saved_by_colab(notebook: Notebook) -> Notebook:
    """Change a notebook as Google Colab does when it saves one; the user is invented."""
    saved = copy.deepcopy(notebook)
    saved["nbformat_minor"] = 0
    saved["metadata"] = {
        "accelerator": "GPU",
        "colab": {"gpuType": "T4", "provenance": []},
        "kernelspec": {"display_name": "Python 3", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(saved["cells"]):
        cell["metadata"]["id"] = cell.pop("id", f"colab{number:08d}")
        if cell["cell_type"] != "code":
            continue
        cell["metadata"]["outputId"] = f"00000000-0000-4000-8000-{number:012d}"
        cell["metadata"]["executionInfo"] = {
            "elapsed": 12,
            "status": "ok",
            "timestamp": 1700000000000 + number,
            "user": {"displayName": "Ada Invented", "userId": "00000000000000000000"},
            "user_tz": -60,
        }
        cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/"}
        cell["execution_count"] = number + 1
    install = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"id": "prepended"},
        "outputs": [],
        "source": ["# opened in Colab"],
    }
    saved["cells"].insert(0, install)
    return saved


def as_saved_by_vscode(notebook: Notebook) -> Notebook:
    """Change a notebook as Visual Studio Code does when it saves one."""
    saved = copy.deepcopy(notebook)
    saved["metadata"] = {
        "kernelspec": {"display_name": ".venv", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
            "version": "3.11.9",
        },
    }
    for number, cell in enumerate(saved["cells"]):
        if cell["cell_type"] == "code":
            cell["metadata"]["vscode"] = {"languageId": "python"}
            cell["execution_count"] = number + 1
            cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["done\n"]}]
    return saved


def with_newer_schema(notebook: Notebook) -> Notebook:
    """Give all cells an nbgrader schema that does not exist yet."""
    saved = copy.deepcopy(notebook)
    for cell in saved["cells"]:
        if cell["metadata"].get("nbgrader"):
            cell["metadata"]["nbgrader"]["schema_version"] = 99
    return saved


def with_other_kernel(notebook: Notebook) -> Notebook:
    """Give a notebook a kernel that exists on no grading machine."""
    saved = copy.deepcopy(notebook)
    saved["metadata"]["kernelspec"] = {
        "display_name": "My own environment",
        "language": "python",
        "name": "my-own-environment",
    }
    return saved


def without_cell(notebook: Notebook, name: str) -> Notebook:
    """Delete the cell `name`."""
    saved = copy.deepcopy(notebook)
    saved["cells"].remove(find(saved, name))
    return saved


def with_copied_cell(notebook: Notebook, name: str) -> Notebook:
    """Copy the cell `name` with its grade id, as copy and paste does."""
    saved = copy.deepcopy(notebook)
    original = find(saved, name)
    twin = {**copy.deepcopy(original), "id": f"{name}-copy"}
    saved["cells"].insert(saved["cells"].index(original) + 1, twin)
    return saved
