"""What only a real kernel shows: Stop in a training, and the check of a notebook from within."""

import json
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from autograder.student.submission import check, running
from autograder.student.submission.notebook import read

pytestmark = [pytest.mark.slow(minutes=2), pytest.mark.filterwarnings("ignore::Warning")]

ASSIGNMENT = "03_faces_fc"
IMPORTS = "from autograder.student import CheckFailed, NotAttempted, points, submission_check"


def code(source: str, points: float = 0.0, grade_id: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    if grade_id:
        marks = {"grade_id": grade_id, "grade": True, "locked": True, "points": points}
        made["metadata"] = {"nbgrader": marks, "tags": ["raises-exception"]}
    return made | {"execution_count": None}


def write(folder: Path, *cells: dict[str, Any]) -> Path:
    noted = {"eight_faces": {"assignment": ASSIGNMENT, "cells": []}}
    path = folder / f"{ASSIGNMENT}.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": noted}))
    return path


def test_a_clean_run_names_what_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.csv").write_text("7")
    path = write(
        tmp_path,
        code(IMPORTS),
        code("number = int(open('mine.csv').read())"),
        code("1 / 0"),
        code("points(0.5, of=4)", 4, "one_hot_test"),
        code("raise NotAttempted('still open')", 2, "flatten_test"),
        code("raise CheckFailed('expected 8, got 9')", 3, "network_a_test"),
        code("assert number == 7", 1, "training_a_test"),
        code("open('made.txt', 'w').write('here')"),
        code("submission_check(); submission_check('03_faces_fc.ipynb')"),
    )
    texts = [str(one) for one in check.check(path, run=True, pack=True, minutes=5)]
    assert any("cell 3 (“1 / 0”) ends with ZeroDivisionError" in text for text in texts)
    assert any("partly right, 2 of 4 points: cell 4" in text for text in texts)
    assert any("not attempted: cell 5" in text for text in texts)
    assert any("not right yet: cell 6" in text and "got 9" in text for text in texts)
    assert any("give 3 of 10 points" in text for text in texts)
    shown = capsys.readouterr()
    assert "Ran 9 of 9 code cells." in shown.out
    assert shown.err == ""
    assert sum("PROBLEM" in text for text in texts) == 3
    # The student's own folder stays as it was, but for the ZIP.
    assert {one.name for one in tmp_path.iterdir()} == {"mine.csv", path.name, f"{ASSIGNMENT}.zip"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("while True: pass", "was still running when the 0.05 minutes of the check were over"),
        ("import os; os._exit(1)", "the kernel died in cell 2"),
    ],
)
def test_a_run_that_does_not_end_is_ended(tmp_path: Path, source: str, message: str) -> None:
    path = write(tmp_path, code("x = 1"), code(source), code("y = 2"))
    minutes = 0.05 if "minutes" in message else 5
    findings = running.run(read(path), [], minutes)
    assert message in str(findings[0])


@pytest.fixture(scope="module")
def kernel() -> Iterator[Any]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def execute(
    client: Any, source: str, hook: Callable[[Any], None], seconds: float = 240
) -> dict[str, Any]:
    """Run a cell that must not fail, its messages handed to `hook`; return the kernel's reply."""
    reply = client.execute_interactive(source, timeout=seconds, output_hook=hook)
    content: dict[str, Any] = reply["content"]
    assert content["status"] == "ok", content
    return content


def run(kernel: Any, source: str, stop_when: str = "", seconds: float = 240) -> list[Any]:
    """Run a cell, press Stop when it has shown a text; return its outputs."""
    manager, client = kernel
    outputs = []

    def keep(message: Any) -> None:
        nonlocal stop_when
        if message["msg_type"] in ("status", "execute_input"):
            return
        outputs.append(message)
        if stop_when and stop_when in json.dumps(message["content"]):
            stop_when = ""
            manager.interrupt_kernel()

    execute(client, source, keep, seconds)
    return outputs


def saved(kernel: Any, source: str) -> dict[str, Any]:
    """Run a cell in the kernel, which these tests share; return it as saved right after."""
    reply = execute(kernel[1], source, lambda message: None)
    return code(source) | {"execution_count": reply["execution_count"]}


def texts(outputs: list[Any]) -> str:
    parts = []
    for message in outputs:
        content = message["content"]
        parts.append(content.get("text") or content.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)


TRAIN = """
import time, keras, numpy as np
from autograder.student import Exercise
exercise = Exercise("03_faces_fc")
x, y = np.zeros((400, 4), "float32"), np.zeros((400, 1), "float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["accuracy"])
slow = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: time.sleep(0.02))
"""
FIT = """
history = model.fit(x, y, validation_data=(x, y), batch_size=8, epochs={epochs}, verbose=0,
                    callbacks=[slow, exercise.watch()])
"""


def test_stop_keeps_what_was_learned_and_the_notebook_goes_on(kernel: Any) -> None:
    run(kernel, TRAIN)
    outputs = run(kernel, FIT.format(epochs=500), stop_when="Epoch   3/500")
    shown = texts(outputs)
    assert "Stopped in epoch   3/500" in shown
    assert not any(message["content"].get("name") == "stderr" for message in outputs)
    assert "3 True" in texts(run(kernel, "print(len(history.epoch), history is model.history)"))
    # The button does what it always does afterwards, and a training can go on.
    outputs = run(kernel, FIT.format(epochs=2))
    assert "Trained in" in texts(outputs)
    displays = {
        message["content"]["transient"]["display_id"]
        for message in outputs
        if message["msg_type"] in ("display_data", "update_display_data")
    }
    assert len(displays) == 2  # the line and the curves, each replaced in place
    pages = [message["content"].get("data", {}).get("text/html", "") for message in outputs]
    assert any(
        '<img alt="Loss and accuracy by epoch. This training after' in page for page in pages
    )
    assert any("<progress max=" in page for page in pages)


def test_stop_outside_a_training_is_pythons_own(kernel: Any) -> None:
    manager, client = kernel
    run(kernel, TRAIN + FIT.format(epochs=1))
    # An error would also abort what is asked right after it, by another test.
    client.execute("time.sleep(60)", stop_on_error=False)
    time.sleep(1)
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=30)
    assert reply["content"]["ename"] == "KeyboardInterrupt"


def test_the_check_runs_within_a_notebook(kernel: Any, tmp_path: Path) -> None:
    imports = saved(kernel, IMPORTS)
    path = write(tmp_path, imports, code("submission_check()"), code("points(1, of=2)", 2, "a"))
    shown = texts(run(kernel, f"{IMPORTS}\nsubmission_check({str(path)!r})"))
    assert "Ran 3 of 3 code cells." in shown
    assert "No problems: the notebook runs from top to bottom." in shown
    assert f"Packed: {ASSIGNMENT}.zip" in shown


def test_cells_that_were_run_after_saving_are_counted(kernel: Any, tmp_path: Path) -> None:
    cells = (code(f"y{place} = 1") for place in range(4))
    path = write(tmp_path, saved(kernel, "x = 1"), *cells)
    run(kernel, "x = 2")
    ask = f"submission_check({str(path)!r}, run=False)"
    assert "1 cell was run since the file was saved" in texts(run(kernel, f"{IMPORTS}\n{ask}"))
    while True:  # leave nothing for others
        try:
            kernel[1].get_iopub_msg(timeout=0.1)
        except queue.Empty:
            break


def test_stopping_the_check_ends_its_kernel(kernel: Any, tmp_path: Path) -> None:
    path = write(
        tmp_path, code("import os; print(os.getpid())"), code("import time; time.sleep(99)")
    )
    begin = time.monotonic()
    shown = texts(
        run(kernel, f"{IMPORTS}\nsubmission_check({str(path)!r})", stop_when="time.sleep(99)")
    )
    assert "Stopped. Nothing was packed." in shown
    assert time.monotonic() - begin < 90
    assert not (tmp_path / f"{ASSIGNMENT}.zip").exists()
