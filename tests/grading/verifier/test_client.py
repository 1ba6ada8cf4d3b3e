"""The client against processes that answer as they like."""

import os
import sys
import time

import pytest
from boxes import open_box

from autograder.grading.verifier import channel, supervisor
from autograder.grading.verifier.client import Verifier

START = """
import json, os, sys, time
def say(message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()
ran = []
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "begin":
        say({"ok": True})
    elif request["do"] == "setup":
        ran.append(request["source"])
        say({"error": "", "names": ran, "known": [str(os.getpid())]})
    elif request["do"] == "end":
        os._exit(0)
    elif request["do"] == "test":
"""

FINE = "        say({'outputs': [], 'states': {'a': 'done'}, 'lost': False, 'remarks': []})\n"


@pytest.fixture
def boxes():
    made = []
    yield made
    assert not [box.scratch for box in made if box.scratch.exists()]


@pytest.fixture
def serving(boxes):
    """Return a function that makes a client of a process whose tests run the given lines."""
    clients = []

    def make(*lines, start=START):
        text = start + "".join(f"        {line}\n" for line in lines)

        def make_box():
            boxes.append(open_box())
            return boxes[-1]

        clients.append(Verifier(make_box, [sys.executable, "-c", text], setup_seconds=2))
        clients[-1].begin()
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def no_call(function, arguments, result):
    raise AssertionError("nothing is called here")


def run(client, seconds=5.0, call=no_call, values=None):
    return client.test("source", values, call, seconds)


def says(result):
    (output,) = result.outputs
    assert output.output_type == "error"
    assert output.traceback == [output.evalue]
    return output.evalue


def test_outputs_and_states_come_back(serving):
    client = serving(
        "outputs = [{'output_type': 'stream', 'name': 'stdout', 'text': 'a'}] * 2",
        "say({'outputs': outputs, 'states': {'a': 'done'}, 'lost': False, 'remarks': []})",
    )
    result = run(client)
    assert [out.text for out in result.outputs] == ["aa"]
    assert (result.states, result.restarted, result.trouble) == ({"a": "done"}, False, "")


def test_names_and_known_arrays_come_back_from_setup(serving):
    client = serving("pass")
    assert client.setup("one").names == ["one"]
    assert client.setup("two").names == ["one", "two"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["sys.exit(3)"], "the verifier ended with exit status 3"),
        (["os.abort()"], "the verifier ended with exit status -6"),
        (["os.close(1)", "time.sleep(60)"], "the verifier ended"),
        (["print('hello', flush=True)"], "no message"),
        (["print('[1]', flush=True)"], "no message"),
        (["print('[' * 100000, flush=True)"], "no message"),
        (["print('{\"outputs\": ' + '9' * 5000 + '}', flush=True)"], "no message"),
        (["say({})"], "no message"),
        (["say({'outputs': [3], 'states': {}, 'lost': False, 'remarks': []})"], "no message"),
        (
            [
                "say({'outputs': [{'output_type': 'update'}], 'states': {},"
                " 'lost': False, 'remarks': []})"
            ],
            "no message",
        ),
        (
            [
                "say({'outputs': [{'output_type': 'display_data', 'metadata': {},"
                " 'data': {'text/html': 'x'}}], 'states': {}, 'lost': False, 'remarks': []})"
            ],
            "no message",
        ),
        (["say({'outputs': [], 'states': {'a': 1}, 'lost': False, 'remarks': []})"], "no message"),
        (["say({'call': 'f', 'arguments': '../../etc'})"], "no message"),
        (["say({'call': 1, 'arguments': 'arguments-1'})"], "no message"),
        (["say({'failed': 'MemoryError'})"], "the verifier failed: MemoryError"),
        (["time.sleep(60)"], "it took longer than 1 s"),
        (["while True: say({'call': 'f', 'arguments': 'x'})"], "no message"),
    ],
)
def test_a_process_that_misbehaves_costs_one_test_and_is_replaced(serving, lines, words, boxes):
    client = serving("if 'bad' in request['source']:", *(f"    {line}" for line in lines),
                     "else: say({'outputs': [], 'states': {},"
                     " 'lost': False, 'remarks': []})")  # fmt: skip
    first = client.setup("setup cell").known
    began = time.monotonic()
    result = client.test("bad", None, no_call, 1.0)
    assert time.monotonic() - began < 10
    assert words in result.trouble
    assert "could not be checked" in says(result)
    assert result.restarted
    assert not client.ready()
    assert client.ready()
    assert client.test("good", None, no_call, 5.0).outputs == []
    again = client.setup("another")
    assert again.names == ["setup cell", "another"]
    assert again.known != first
    assert len(boxes) == 2


def test_a_flood_without_end_is_cut_off(serving, monkeypatch):
    monkeypatch.setattr(channel, "LONGEST_MESSAGE", 5_000_000)
    client = serving("while True: os.write(1, b'x' * 65536)")
    result = run(client, seconds=60)
    assert "far too much" in result.trouble


def test_an_answer_that_nobody_asked_for_is_noticed(serving):
    client = serving(
        "say({'outputs': [], 'states': {}, 'lost': False, 'remarks': []})",
        "say({'outputs': [], 'states': {}, 'lost': False, 'remarks': []})",
    )
    run(client)
    time.sleep(0.2)
    assert "not asked" in run(client).trouble


def test_a_process_that_does_not_read_is_given_up(serving):
    client = serving("pass", start="import time, json, sys\n"
                     "sys.stdin.readline(); print('{}', flush=True)\nif 1:\n  if 1:\n"
                     "    time.sleep(60)\n    if 1:\n")  # fmt: skip
    result = client.setup("x" * 1_000_000)
    assert "did not answer in time" in result.error


def test_a_verifier_that_cannot_be_started_is_an_outcome(boxes):
    def make_box():
        boxes.append(open_box())
        return boxes[-1]

    with Verifier(make_box, ["/nowhere/python"]) as client:
        client.start()
        client.begin()
        assert not client.ready()
        assert "could not be started" in client.setup("x").error
        assert "could not be started" in run(client).trouble


def test_a_setup_cell_that_fails_breaks_the_submission_and_not_the_next(serving):
    start = START.replace('"error": ""', '"error": "NameError: x" if line.count("bad") else ""')
    client = serving(FINE.strip(), start=start)
    assert "NameError: x" in client.setup("bad").error
    assert "NameError: x" in client.setup("good").error
    result = run(client)
    assert "a cell of the course: NameError: x" in says(result)
    client.begin()
    assert client.setup("good").error == ""
    assert run(client).outputs == []


def test_a_process_that_died_between_tests_is_noticed_before_values_are_sent(serving):
    client = serving(FINE.strip(), "if 'last' in request['source']: os._exit(0)")
    client.test("last", None, no_call, 5.0)
    time.sleep(0.3)
    result = run(client)
    assert result.restarted
    assert run(client).outputs == []


def test_the_watchdogs_reason_is_told(serving, boxes):
    client = serving("os.kill(os.getpid(), 9)")
    boxes[-1].stopped_because = "used more than 6 GiB of memory"
    assert run(client).trouble == "the verifier used more than 6 GiB of memory"


def test_what_the_lost_process_wrote_is_kept_for_the_instructor(serving):
    client = serving("sys.exit('the reason')")
    run(client)
    assert "the reason" in client.log


@pytest.mark.parametrize(
    ("memory", "served"), [(0, [0, 0, 0, 3, 3, 3]), (2**40, [0, 0, 0, 0, 0, 0])]
)
def test_a_process_that_holds_much_serves_only_so_many_submissions(
    serving, monkeypatch, memory, served
):
    monkeypatch.setattr(supervisor, "SUBMISSIONS", 3)
    monkeypatch.setattr(supervisor, "MEMORY", memory)
    client = serving(FINE.strip())
    processes = []
    for _ in range(6):
        processes += client.setup("x").known
        client.begin()
    assert [processes.index(process) for process in processes] == served


def asking(*after):
    """Lines of a process that wants a function called."""
    return (
        "folder = last['exchange'] + '/arguments-1'",
        "os.makedirs(folder, exist_ok=True)",
        "say({'call': 'prepare', 'arguments': 'arguments-1'})",
        "answer = json.loads(sys.stdin.readline())",
        *after,
        "shown = json.dumps(answer)",
        "if 'values' in answer: shown = open(answer['values'] + '/values.json').read()",
        "say({'outputs': [{'output_type': 'stream', 'name': 'stdout', 'text': shown}],"
        " 'states': {}, 'lost': False, 'remarks': []})",
    )


ASKING = START.replace('    if request["do"] == "begin":\n', '    if request["do"] == "begin":\n'
                       '        last = request\n')  # fmt: skip


def test_a_function_is_called_and_its_result_copied(serving):
    client = serving(*asking(), start=ASKING)

    def call(function, arguments, result):
        assert function == "prepare"
        assert arguments.is_dir()
        result.mkdir()
        (result / "values.json").write_text("the result")
        return ""

    for _ in range(2):
        assert run(client, call=call).outputs[0].text == "the result"


def test_a_call_that_fails_or_leaves_rubbish_is_told_to_the_verifier(serving, tmp_path):
    client = serving(*asking(), start=ASKING)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "values.json").write_text("secret")

    def link(function, arguments, result):
        result.symlink_to(secret)
        return ""

    def large(function, arguments, result):
        result.mkdir()
        (result / "values.json").touch()
        os.truncate(result / "values.json", 65_000_000)
        return ""

    calls = {
        "took too long": lambda function, arguments, result: "took too long",
        "left no values": link,
        "larger than 64 MB": large,
        "left no values that": lambda function, arguments, result: "",
    }
    for words, call in calls.items():
        assert words in run(client, call=call).outputs[0].text


def test_the_time_of_a_call_does_not_count_for_the_test(serving):
    client = serving(*asking(), start=ASKING)

    def call(function, arguments, result):
        time.sleep(1.5)
        return "slow"

    assert "slow" in run(client, seconds=1.0, call=call).outputs[0].text


def test_an_error_of_the_driver_ends_the_process_that_waits(serving):
    client = serving(*asking(), start=ASKING)

    def call(function, arguments, result):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(client, call=call)
    result = run(client, call=lambda function, arguments, result: "no")
    assert "no" in result.outputs[0].text


def test_values_that_cannot_be_copied_are_the_students_error_and_cost_no_restart(serving, tmp_path):
    client = serving(FINE.strip())
    result = run(client, values=tmp_path / "nothing")
    assert result.outputs[0].ename == "CheckFailed"
    assert (result.restarted, result.trouble) == (True, "")
    assert client.ready()
    assert run(client).outputs == []


def test_values_are_copied_for_the_verifier_and_removed_after_the_test(serving, tmp_path, boxes):
    client = serving(
        "text = open(request['values'] + '/values.json').read()",
        "say({'outputs': [{'output_type': 'stream', 'name': 'stdout', 'text': text}],"
        " 'states': {}, 'lost': False, 'remarks': []})",
    )
    (tmp_path / "values.json").write_text("something")
    assert run(client, values=tmp_path).outputs[0].text == "something"
    assert list((boxes[-1].work / "exchange").iterdir()) == []
