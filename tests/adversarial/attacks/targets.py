"""What the installed packages give away to whoever imports or searches them."""

from tests.adversarial.attack import Attack, Family


def _import(name: str, mechanism: str, code: str) -> Attack:
    return Attack(name, mechanism, {"answer_gap": code}, stock="reads secrets")


FAMILY = Family(
    "importing the course's package",
    [
        _import(
            "seed_imported",
            "the module that knows the secret seed imported and asked",
            """
from pathlib import Path

try:
    from autograder.grading import secret

    print("GOT" + "CHA", secret.__name__)
    print(f"{secret.secret_seed(Path('<<course>>')):032x}")
except ImportError as error:
    print(error)
""",
        ),
        _import(
            "graders_modules_imported",
            "modules of hidden tests, reference models and model answers looked up and imported",
            """
import importlib.util

for name in ("hidden", "reference", "answers", "hidden_text", "demo", "candidates"):
    try:
        if importlib.util.find_spec(f"autograder.grading.{name}"):
            print("GOT" + "CHA", name)
    except ImportError as error:
        print(error)
try:
    importlib.import_module("autograder.release.regions")
    print("GOT" + "CHA")
except ImportError as error:
    print(error)
""",
        ),
        _import(
            "package_searched",
            "files of the package listed: grading, thresholds, everything that is not a student's",
            """
import pathlib

import autograder

for found in sorted(pathlib.Path(autograder.__file__).parent.rglob("*")):
    if {"grading", "release"} & set(found.parts[-3:]) and found.is_file():
        print("GOT" + "CHA", found.name)
        break
""",
        ),
        _import(
            "checkout_found",
            "the course's checkout found through the editable install, and its `source/` read",
            """
import json
import pathlib
import site

roots = {pathlib.Path("<<packages>>").parent, pathlib.Path("<<course>>").parents[2]}
for folder in site.getsitepackages():
    for note in pathlib.Path(folder).glob("*/direct_url.json"):
        roots.add(pathlib.Path(json.loads(note.read_text())["url"].removeprefix("file://")))
for root in roots:
    for found in [*root.glob("source/*/*.ipynb"), *root.glob("autograder/grading/hidden.py")]:
        print("GOT" + "CHA", len(found.read_bytes()))
""",
        ),
        _import(
            "other_interpreter",
            "a fresh interpreter with the checkout on its path",
            """
import subprocess
import sys

code = (
    "import sys; sys.path[:0] = ['<<packages>>/..', '<<course>>/../../..']; "
    "import autograder.grading.secret; print('GOT' + 'CHA')"
)
for options in ((), ("-I",), ("-S",)):
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True)
    print(done.stdout)
""",
        ),
    ],
)
