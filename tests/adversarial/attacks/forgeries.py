"""Outputs and messages that no test wrote."""

from nbformat import NotebookNode
from nbformat.v4 import new_output

from tests.adversarial.attack import Attack, Family

SEND = """
session, sender = get_ipython().kernel.session, get_ipython().kernel


def publish(kind, content, parent):
    topic = f"kernel.{session.session}.{kind}".encode()
    session.send(sender.iopub_socket, kind, content, parent=parent, ident=topic)


def result(text):
    return {"data": {"text/plain": text}, "metadata": {}, "execution_count": 9}
"""


def _outputs_written(nb: NotebookNode) -> None:
    """Store the outputs of passed tests in the notebook."""
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("points") and cell.cell_type == "code":
            text = str(float(cell.metadata.nbgrader.points))
            cell.outputs = [new_output("execute_result", {"text/plain": text}, execution_count=1)]
            cell.execution_count = 1
            cell.metadata["tags"] = ["skip-execution"]


def _marks_changed(nb: NotebookNode) -> None:
    """Make tests worth more, and turn one into a cell without a test."""
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("points"):
            marks["points"] = 400
        if marks.get("grade_id") == "answer_test":
            cell.source = "points(1.0, of=400)"
            marks.update(locked=False, solution=True)


FAMILY = Family(
    "forged outputs and Jupyter messages",
    [
        Attack(
            "outputs_in_the_file",
            "outputs of passed tests stored in the notebook, tests tagged to be skipped",
            change=_outputs_written,
        ),
        Attack(
            "marks_in_the_file",
            "points and kinds of test cells changed in the notebook's metadata",
            change=_marks_changed,
            stock="breaks grading",
        ),
        Attack(
            "result_before_each_cell",
            "an `execute_result` with full points sent before a test runs",
            {
                "answer_gap": SEND
                + """

def forge(info):
    publish("execute_result", result("2.0"), sender.get_parent("shell"))


get_ipython().events.register("pre_run_cell", forge)
"""
            },
        ),
        Attack(
            "idle_before_the_test",
            "the message that ends a cell's outputs sent before the test has run",
            {
                "answer_gap": SEND
                + """

def end_early(info):
    publish("status", {"execution_state": "idle"}, sender.get_parent("shell"))


get_ipython().events.register("pre_run_cell", end_early)
"""
            },
        ),
        Attack(
            "late_result",
            "a result sent later in the name of an earlier test's message",
            {
                "answer_gap": SEND
                + """

parents = []
get_ipython().events.register(
    "pre_run_cell", lambda info: parents.append(sender.get_parent("shell"))
)
""",
                "function_gap": """
<<answer>>
for parent in parents:
    publish("execute_result", result("4.0"), parent)
    publish("update_display_data", {**result("4.0"), "transient": {"display_id": "x"}}, parent)
""",
            },
            stock="nothing",
        ),
        Attack(
            "reply_forged",
            "a forged reply on the shell channel, and one for each message to come",
            {
                "answer_gap": SEND
                + """

def reply(info):
    parent = sender.get_parent("shell")
    content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
    session.send(sender.shell_stream, "execute_reply", content, parent=parent,
                 ident=sender._parent_ident.get("shell"))


get_ipython().events.register("pre_run_cell", reply)
"""
            },
            stock="nothing",
        ),
        Attack(
            "script_in_output",
            "a script displayed as HTML, for the browser of whoever grades by hand",
            {
                "answer_gap": """
from IPython.display import HTML, display

display(HTML("<script>'<<trace>>'</script>"))
"""
            },
            stock="leaves traces",
        ),
        Attack(
            "script_in_picture",
            "JavaScript displayed as such, in an SVG picture, in a link and in an event",
            {
                "answer_gap": """
from IPython.display import HTML, SVG, Javascript, display

space = "http://www.w3.org/2000/svg"
display(Javascript("'<<trace>>'"))
display(SVG(f"<svg xmlns='{space}'><script>'<<trace>>'</script></svg>"))
display(HTML("<img src='x' onerror=\\"script('<<trace>>')\\">"))
display(HTML("<a href=\\"javascript:'<<trace>>'\\">more</a>"))
"""
            },
            stock="leaves traces",
        ),
        Attack(
            "script_in_answer",
            "a script in the text of an answer that a person will read",
            {"why": "<<answer>>\n\n<script>'<<trace>>'</script>"},
            stock="leaves traces",
        ),
        Attack(
            "answer_forged",
            "the function that writes values for the tests replaced by one that claims success",
            {
                "answer_gap": """
import json
import os

try:
    import autograder.transport.export as export
except ImportError:
    export = None


def claim(request):
    with open(request) as file:
        asked = json.load(file)
    os.makedirs(asked["folder"])
    claims = {"score": 9, "points": 9, "states": {"answer_test": "done"}, "outputs": []}
    content = {"format": 1, "values": {}, "ok": True, **claims}
    with open(os.path.join(asked["folder"], "values.json"), "w") as file:
        json.dump(content, file)


if export is not None:
    export.export_names = export.call_function = claim
"""
            },
            stock="nothing",
            destroys=("answer_test", "array_test", "function_test"),
        ),
    ],
)
