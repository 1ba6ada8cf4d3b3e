"""The students' package under every Python, with the oldest and the newest versions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.release.wheel import build_wheel, requirements
from tests.colab.simulated import find_python

PYTHONS = ("3.11", "3.12", "3.13")
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}

EXERCISE = """
import importlib.metadata as metadata
from autograder import place
place.prepare("")
import keras
from keras import layers
from autograder import student
faces = student.load_faces(48)
exercise = student.Exercise("03_faces_fc")
student.plots.sample_grid(faces.x_train, faces.y_train)
exercise.seed()
model = keras.Sequential([
    keras.Input(shape=(6912,)),
    layers.Dense(400), layers.ReLU(), layers.Dense(200, activation="relu"),
    layers.Dense(8), layers.Softmax(),
])
assert exercise.check("network_b", model) == 1.0
model.compile(optimizer=exercise.optimizer(), loss=exercise.loss, metrics=["accuracy"])
(x,) = student.standardize(faces.x_train)
history = model.fit(
    student.flatten(x), student.one_hot(faces.y_train),
    batch_size=exercise.batch_size, epochs=1, callbacks=[exercise.watch()], verbose=0,
)
assert len(history.history["loss"]) == 1
names = "numpy", "keras", "matplotlib", "pillow", "ipython", "safetensors"
print("VERSIONS", {name: metadata.version(name) for name in names})
"""


def python_of(version: str) -> str:
    """Return a Python of this version, or skip."""
    found = find_python(version)
    if not found:
        pytest.skip(f"there is no Python {version} here")
    return found


@pytest.mark.full
@pytest.mark.registry
@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("version", PYTHONS)
def test_an_exercise_works(
    version: str, resolution: str, tmp_path: Path, cache_dir: Path, repository: Path
) -> None:
    wheel = build_wheel(tmp_path)
    folder = tmp_path / "env"
    subprocess.run([python_of(version), "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "pip", "install", "--quiet", "--no-config", "--only-binary", ":all:"]
    command += ["--resolution", RESOLUTIONS[resolution], "--python", python]
    # Named one by one, for only what is asked for directly comes in its lowest version.
    wanted = [f"{wheel}[tensorflow]", *requirements(), *requirements("tensorflow")]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True)
    if done.returncode and ("error sending request" in done.stderr or "dns error" in done.stderr):
        pytest.skip("the package registry can't be reached")
    assert done.returncode == 0, done.stderr
    variables = {
        "PATH": os.defpath, "HOME": str(tmp_path), "EIGHT_FACES_CACHE": str(cache_dir),
        "TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg",
    }  # fmt: skip
    done = subprocess.run(
        [python, "-c", EXERCISE], cwd=tmp_path, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder)  # more than a gigabyte
    found = next(line for line in done.stdout.splitlines() if line.startswith("VERSIONS"))
    print(found)
    assert ("'keras': '3.10." in found) == (resolution == "oldest")
