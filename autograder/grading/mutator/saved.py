"""What editors and people do to the file of a notebook; everything personal is invented."""

from __future__ import annotations

import copy
from collections.abc import Callable

from autograder.grading.mutator.notebook import Notebook, find, source

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


def as_saved_by_colab_today(notebook: Notebook) -> Notebook:
    """Change a notebook as Colab does when it keeps format 4.5: one cell more, without an id."""
    saved = as_saved_by_colab(notebook)
    saved["nbformat_minor"] = 5
    for cell in saved["cells"][1:]:
        cell["id"] = cell["metadata"]["id"]
        if cell["cell_type"] == "code":
            cell["metadata"]["cellView"] = "form"
            cell["outputs"] = [_widget()]
    saved["metadata"]["colab"] |= {"toc_visible": True, "name": "Kopie von notebook.ipynb"}
    saved["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "model0": {"model_module": "@jupyter-widgets/controls", "state": {"value": 0.5}}
        }
    }
    return saved


def as_saved_by_jupyterlab(notebook: Notebook) -> Notebook:
    """Change a notebook as JupyterLab does, with timings, folded headings and hidden outputs."""
    saved = copy.deepcopy(notebook)
    saved["nbformat_minor"] = 5
    saved["metadata"]["language_info"] = {"name": "python", "version": "3.12.4"}
    saved["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for number, cell in enumerate(saved["cells"]):
        cell["metadata"] |= {"editable": True, "slideshow": {"slide_type": ""}, "scrolled": True}
        if cell["cell_type"] != "code":
            cell["metadata"]["jp-MarkdownHeadingCollapsed"] = True
            continue
        cell["execution_count"] = number + 1
        cell["outputs"] = [_widget()]
        cell["metadata"]["jupyter"] = {"outputs_hidden": True, "source_hidden": True}
        cell["metadata"]["execution"] = {
            "iopub.execute_input": f"2026-11-03T09:00:{number:02d}.000000Z",
            "shell.execute_reply": f"2026-11-03T09:00:{number:02d}.500000Z",
        }
    return saved


def _widget() -> Notebook:
    view = {"model_id": "model0", "version_major": 2, "version_minor": 0}
    data = {"application/vnd.jupyter.widget-view+json": view, "text/plain": ["FloatProgress()"]}
    return {"data": data, "metadata": {}, "output_type": "display_data"}


def with_windows_line_ends(notebook: Notebook) -> Notebook:
    """Give all texts the line ends of Windows, as copy and paste from an editor there does."""
    saved = copy.deepcopy(notebook)
    for cell in saved["cells"]:
        cell["source"] = source(cell).replace("\n", "\r\n")
    return saved


def with_split_cell(notebook: Notebook, name: str) -> Notebook:
    """Split the cell `name` above its last line, as JupyterLab does: both parts keep its marks."""
    saved = copy.deepcopy(notebook)
    original = find(saved, name)
    lines = source(original).splitlines(keepends=True)
    below = {**copy.deepcopy(original), "id": f"{name}-below", "source": "".join(lines[-1:])}
    original["source"] = "".join(lines[:-1])
    saved["cells"].insert(saved["cells"].index(original) + 1, below)
    return saved


def with_merged_cells(notebook: Notebook, name: str, below: str) -> Notebook:
    """Merge the cell `below` into the cell `name`, as JupyterLab does: its marks are gone."""
    saved = copy.deepcopy(notebook)
    upper, lower = find(saved, name), find(saved, below)
    upper["source"] = f"{source(upper)}\n{source(lower)}"
    saved["cells"].remove(lower)
    return saved


def with_changed_cell(notebook: Notebook, name: str, text: str) -> Notebook:
    """Write something else into the cell `name`; Colab lets students write into locked ones."""
    saved = copy.deepcopy(notebook)
    find(saved, name)["source"] = text
    return saved


def with_pasted_cell(notebook: Notebook, name: str) -> Notebook:
    """Paste the cell `name` at the end, with its marks and an id of its own."""
    saved = copy.deepcopy(notebook)
    saved["cells"].append({**copy.deepcopy(find(saved, name)), "id": f"{name}-pasted"})
    return saved
