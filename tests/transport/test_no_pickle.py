"""Nothing in our packages can turn bytes into code."""

import ast

import pytest

MODULES = {"pickle", "cPickle", "_pickle", "marshal", "dill", "cloudpickle", "joblib", "shelve",
           "torch", "h5py"}  # fmt: skip
CALLS = {"load_model", "load_pickle", "read_pickle", "allow_pickle",
         "enable_unsafe_deserialization", "func_load"}  # fmt: skip

ALLOWED = {"data_scripts/original/faces.py": ["h5py"]}
"""The course's own files are HDF5. h5py reads numbers and unpickles nothing; it is on the list for
what Keras' loader makes of such files, and this module does not import Keras."""


def dangers(source):
    """List what could load code: modules, functions, and np.load that may unpickle."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0], *(alias.name for alias in node.names)}
            found += sorted(names & (MODULES | CALLS))
        elif isinstance(node, ast.Attribute) and node.attr in CALLS:
            found.append(node.attr)
        elif isinstance(node, ast.Name) and node.id in CALLS:
            found.append(node.id)
        elif isinstance(node, ast.Call):
            found += _of_call(node)
    return found


def _of_call(node):
    keywords = {word.arg: word.value for word in node.keywords}
    unsafe = keywords.get("safe_mode")
    if unsafe is not None and not (isinstance(unsafe, ast.Constant) and unsafe.value is True):
        return ["safe_mode"]
    allowed = keywords.get("allow_pickle")
    if allowed is not None and not (isinstance(allowed, ast.Constant) and allowed.value is False):
        return ["allow_pickle"]
    function = node.func
    if not (isinstance(function, ast.Attribute) and function.attr == "load"):
        return []
    of_numpy = isinstance(function.value, ast.Name) and function.value.id in ("np", "numpy")
    return ["np.load"] if of_numpy and allowed is None else []


def test_no_module_can_load_code(repository):
    found = {}
    for package in ("autograder", "data_scripts"):
        for path in sorted((repository / package).rglob("*.py")):
            if here := dangers(path.read_text("utf-8")):
                found[str(path.relative_to(repository))] = here
    assert found == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import torch.nn",
        "from pickle import loads",
        "from keras.models import load_model",
        "keras.saving.load_model(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=chosen)",
        "f(config, safe_mode=False)",
        "keras.config.enable_unsafe_deserialization()",
    ],
)
def test_the_search_finds(source):
    assert dangers(source)


@pytest.mark.parametrize(
    "source", ["json.load(f)", "np.load(f, allow_pickle=False)", "x = 'pickle'"]
)
def test_the_search_leaves_alone(source):
    assert not dangers(source)
