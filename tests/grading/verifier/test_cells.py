"""Cells in one process: what comes out, and what never does."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from verifying import Course, only_error

SECRET = "the_hidden_truth"


@pytest.fixture(scope="module")
def course():
    with Course() as course:
        yield course


@pytest.fixture
def fresh(course):
    """The process with a submission that has just begun and the course's usual setup cell."""
    course.begin(
        "import sys\nimport warnings\nimport numpy as np\n"
        "from autograder.student.outcome import CheckFailed, NotAttempted, points, require_attempt"
    )
    return course


def texts(outputs, name="stdout"):
    return "".join(out.text for out in outputs if out.output_type == "stream" and out.name == name)


def results(outputs):
    return [out.data["text/plain"] for out in outputs if out.output_type == "execute_result"]


# ---- What a test cell gives ---------------------------------------------------------------------


def test_points_are_the_result(fresh):
    assert results(fresh.test("fraction = 0.5\npoints(fraction, of=3)").outputs) == ["1.5"]


def test_a_cell_without_result_has_no_outputs(fresh):
    assert fresh.test("x = 3").outputs == []
    assert fresh.test("None").outputs == []
    assert fresh.test("").outputs == []


@pytest.mark.parametrize(
    "value", ["True", "1", "np.float64(0.5)", "'0.5'", "np.array(0.5)", "float('nan')", "..."]
)
def test_what_is_no_plain_float_does_not_look_like_one(fresh, value):
    from autograder.grading.marks import read_score

    (shown,) = results(fresh.test(value).outputs)
    assert read_score(shown, 10.0) is None


def test_a_subclass_of_float_does_not_look_like_points(fresh):
    source = "class Lie(float):\n    def __repr__(self):\n        return '2.0'\nLie(1)"
    assert results(fresh.test(source).outputs) == ["Lie: 2.0"]


def test_only_the_last_line_is_a_result(fresh):
    assert results(fresh.test("1.0\n2.0").outputs) == ["2.0"]
    assert results(fresh.test("2.0;").outputs) == ["2.0"]
    assert results(fresh.test("2.0\nif True:\n    3.0").outputs) == []


def test_prints_and_warnings_go_to_their_streams_in_order(fresh):
    outputs = fresh.test(
        "print('one')\nwarnings.warn('careful')\nprint('two', file=sys.stderr)\nprint('three')"
    ).outputs
    assert [(out.name, out.text) for out in outputs] == [
        ("stdout", "one\n"),
        ("stderr", "UserWarning: careful\ntwo\n"),
        ("stdout", "three\n"),
    ]


def test_what_libraries_write_to_the_descriptors_does_not_disturb(fresh):
    source = "import os\nos.write(1, b'{\"outputs\": []}\\n')\nos.system('echo hello')\n1.0"
    assert results(fresh.test(source).outputs) == ["1.0"]


def test_standard_input_is_empty(fresh):
    assert results(fresh.test("float(len(sys.stdin.read()))").outputs) == ["0.0"]
    assert only_error(fresh.test("input()")).ename == "EOFError"


def test_endless_output_is_cut(fresh):
    outputs = fresh.test("for i in range(400):\n    print('x' * 1000)\n1.0").outputs
    assert len(texts(outputs)) < 210_000
    assert "truncated" in texts(outputs)
    assert results(outputs) == ["1.0"]


def test_text_that_is_no_unicode_can_be_written(fresh):
    outputs = fresh.test("print('\\ud800')").outputs
    texts(outputs).encode("utf-8")
    error = only_error(fresh.test("raise CheckFailed('\\udfff')"))
    error.evalue.encode("utf-8")


def test_figures_are_shown_once_and_in_order(fresh):
    source = """
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.show()
        print("between")
        plt.plot([2, 1])
        1.0
    """
    outputs = fresh.test(textwrap.dedent(source)).outputs
    kinds = [out.output_type for out in outputs]
    assert kinds == ["display_data", "stream", "display_data", "execute_result"]
    assert all("image/png" in out.data for out in outputs if out.output_type == "display_data")
    assert fresh.test("plt = 3").outputs == []


def test_a_figure_of_a_cell_that_fails_is_not_shown_by_the_next(fresh):
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nassert False"
    assert fresh.test(source).outputs[-1].output_type == "error"
    assert fresh.test("x = 1").outputs == []


def test_display_shows_text_and_its_updates(fresh):
    outputs = fresh.test("shown = display('a', display_id=True)\nshown.update('b')").outputs
    assert [out.data["text/plain"] for out in outputs] == ["'b'"]


def test_states_are_those_of_the_exercise(fresh):
    fresh.setup("class exercise:\n    states = {'one_hot': 'done'}")
    assert fresh.test("exercise.states['flatten'] = 'wrong'").states == {
        "one_hot": "done",
        "flatten": "wrong",
    }
    fresh.begin()
    assert fresh.test("x = 1").states == {}


# ---- Errors -------------------------------------------------------------------------------------

RAISING = {
    "check failed": (
        "raise CheckFailed('expected 3, got 4.\\nTry it.')",
        (
            "CheckFailed",
            "expected 3, got 4.\nTry it.",
            "Not right yet: expected 3, got 4.\nTry it.",
        ),
    ),
    "not attempted": (
        "raise NotAttempted('open')",
        ("NotAttempted", "open", "Not attempted yet: open"),
    ),
    "subclass of a check": (
        "class Odd(CheckFailed): pass\nraise Odd('odd')",
        ("CheckFailed", "odd", "Not right yet: odd"),
    ),
    "assertion": (f"{SECRET} = 3\nassert {SECRET} == 4", ("AssertionError", "", "AssertionError")),
    "assertion with message": ("assert 3 == 4, 'no'", ("AssertionError", "no", "no")),
    "missing name": (
        "answer",
        ("NameError", "name 'answer' is not defined", "NameError: name 'answer' is not defined"),
    ),
    "missing name in a function": (
        "def f():\n    return answer\nf()",
        ("NameError", "name 'answer' is not defined", "NameError: name 'answer' is not defined"),
    ),
    "first line alone": (
        f"raise ValueError('\\n one\\n{SECRET}')",
        ("ValueError", "one", "ValueError: one"),
    ),
    "system exit": ("sys.exit(3)", ("SystemExit", "3", "SystemExit: 3")),
    "interrupt": (
        "raise KeyboardInterrupt",
        ("KeyboardInterrupt", "", "KeyboardInterrupt"),
    ),
    "chained": (
        f"try:\n    {SECRET} = 1 / 0\nexcept ZeroDivisionError as error:\n"
        "    raise CheckFailed('wrong') from error",
        ("CheckFailed", "wrong", "Not right yet: wrong"),
    ),
    "in its handler": (
        f"try:\n    raise ValueError('{SECRET}')\nexcept ValueError:\n    raise KeyError('k')",
        ("KeyError", "'k'", "KeyError: 'k'"),
    ),
    "with notes": (
        f"error = ValueError('x')\nerror.add_note('{SECRET}')\nraise error",
        ("ValueError", "x", "ValueError: x"),
    ),
    "group": (
        f"raise ExceptionGroup('two', [ValueError('{SECRET}')])",
        ("ExceptionGroup", "two (1 sub-exception)", "ExceptionGroup: two (1 sub-exception)"),
    ),
    "executed text": (
        f"exec('{SECRET} = (')",
        ("SyntaxError", "'(' was never closed", "SyntaxError: '(' was never closed"),
    ),
    "executed code": (
        f"exec('{SECRET} = 3\\n1 / 0')",
        ("ZeroDivisionError", "division by zero", "ZeroDivisionError: division by zero"),
    ),
    "not Python": (
        f"{SECRET} = = 3",
        ("SyntaxError", "invalid syntax", "SyntaxError: invalid syntax"),
    ),
    "str raises": (
        f"class {SECRET}(Exception):\n    def __str__(self):\n        raise OSError\n"
        f"{SECRET}.__name__ = 'Odd'\nraise {SECRET}",
        ("Odd", "<Odd that cannot be shown>", "Odd: <Odd that cannot be shown>"),
    ),
    "str is no text": (
        "class Odd(Exception):\n    def __str__(self):\n        return 3\nraise Odd",
        ("Odd", "<Odd that cannot be shown>", "Odd: <Odd that cannot be shown>"),
    ),
    "str stops everything": (
        "class Odd(Exception):\n    def __str__(self):\n        sys.exit()\nraise Odd",
        ("Odd", "<Odd that cannot be shown>", "Odd: <Odd that cannot be shown>"),
    ),
}


@pytest.mark.parametrize("name", RAISING)
def test_an_error_is_a_message_and_nothing_of_the_test(fresh, name):
    source, (ename, evalue, shown) = RAISING[name]
    result = fresh.test(source)
    error = only_error(result)
    assert (error.ename, error.evalue, error.traceback) == (ename, evalue, [shown])
    assert SECRET not in str(result)


def test_recursion_without_end_is_an_error(fresh):
    assert only_error(fresh.test("def f():\n    f()\nf()")).ename == "RecursionError"


def test_a_source_that_is_too_deep_is_an_error(fresh):
    error = only_error(fresh.test("(" * 5000 + ")" * 5000))
    assert error.ename in ("SyntaxError", "RecursionError", "MemoryError")


@pytest.mark.parametrize("kind", ["CheckFailed", "AssertionError", "ValueError"])
def test_a_huge_message_is_cut(fresh, kind):
    error = only_error(fresh.test(f"raise {kind}('x' * 10_000_000)"))
    assert len(error.evalue) <= 4000
    assert len(error.traceback[0]) <= 4100


def test_threads_and_destructors_do_not_quote_the_test(fresh):
    source = f"""
        import threading
        def run():
            {SECRET} = 1 / 0
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        class Odd:
            def __del__(self):
                {SECRET} = 1 / 0
        Odd()
        warnings.warn("w")
        sys.stderr.write("end")
    """
    result = fresh.test(textwrap.dedent(source) + "\nx = 1")
    shown = texts(result.outputs, "stderr")
    expected = ["ZeroDivisionError: division by zero"] * 2 + ["UserWarning: w", "end"]
    assert shown.splitlines() == expected
    assert SECRET not in str(result)


def test_printed_tracebacks_hold_no_source(fresh):
    source = f"import traceback\ntry:\n    {SECRET} = 1 / 0\nexcept Exception:\n"
    result = fresh.test(source + "    traceback.print_exc()")
    assert "ZeroDivisionError" in str(result)
    assert SECRET not in str(result)


def test_an_error_after_output_keeps_the_output(fresh):
    outputs = fresh.test("print('measured')\nraise CheckFailed('low')").outputs
    assert [out.output_type for out in outputs] == ["stream", "error"]


# ---- Names --------------------------------------------------------------------------------------


def test_values_arrive_under_their_names(fresh):
    source = "assert answer == 42 and text == 'a'\npoints(float(numbers.mean()), of=10)"
    result = fresh.test(source, answer=42, text="a", numbers=np.array([0.0, 0.5]))
    assert results(result.outputs) == ["2.5"]


def test_each_test_sees_the_values_of_its_own_moment(fresh):
    assert fresh.test("assert a == 1 and b == 1", a=1, b=1).outputs == []
    assert fresh.test("assert a == 2", a=2).outputs == []
    assert only_error(fresh.test("b")).ename == "NameError"


def test_the_courses_values_win(fresh):
    fresh.setup("truth = 3\ndef helper():\n    return truth\ntotal: int")
    lies = {"truth": 4, "helper": 4, "points": 4, "np": 4, "print": 4, "len": 4}
    source = "assert truth == 3 == helper() and len([1]) == 1\nprint(np.pi > 3)\npoints(1.0, of=2)"
    outputs = fresh.test(source, **lies).outputs
    assert texts(outputs) == "True\n"
    assert results(outputs) == ["2.0"]


def test_a_value_that_the_test_does_not_name_is_not_there(fresh):
    fresh.setup("def helper():\n    return hidden_dial")
    assert only_error(fresh.test("helper()", hidden_dial=3)).ename == "NameError"
    assert only_error(fresh.test("__builtins__.len('')", __builtins__=3)).ename != "NameError"


def test_what_a_test_binds_is_gone_after_it(fresh):
    fresh.setup("kept = 1")
    fresh.test("kept = 2\nown = 3\ndel points")
    fresh.test("def outer():\n    global kept\n    kept = 5\nouter()")
    fresh.test("assert kept == 1 and points")
    assert only_error(fresh.test("own")).ename == "NameError"
    assert fresh.test("assert own == 4", own=4).outputs == []


def test_a_test_that_binds_a_name_first_does_not_take_the_students(fresh):
    assert fresh.test("fraction = 0.0\nassert fraction == 0.0", fraction=1.0).outputs == []


def test_a_value_that_could_not_be_had_says_so_when_it_is_read(fresh):
    for source in ("x = odd", "def f():\n    return odd\nf()", "[odd for _ in range(1)]"):
        error = only_error(fresh.test(source, odd={1, 2}))
        assert error.ename == "CheckFailed"
        assert "odd is a set" in error.evalue
    assert fresh.test("if False:\n    odd", odd={1, 2}).outputs == []
    assert only_error(fresh.test("odd")).ename == "NameError"


def test_a_broken_message_is_the_students_error(fresh):
    result = fresh.test_folder("x", {"values.json": b"{"})
    assert only_error(result).ename == "CheckFailed"
    assert result.restarted
    assert result.trouble == ""
    assert fresh.test("x = 1").outputs == []


def test_a_message_that_did_not_arrive_is_sent_whole_the_next_time(fresh):
    numbers = np.arange(9.0)
    fresh.test("x", numbers=numbers)
    assert fresh.test("assert numbers.sum() == 36", numbers=numbers).outputs == []
    fresh.test_folder("x", {"values.json": b"{"})
    assert fresh.test("assert numbers.sum() == 36", numbers=numbers).outputs == []


def test_a_new_process_is_sent_everything_again(fresh):
    numbers = np.arange(9.0)
    assert fresh.test("assert numbers.sum() == 36", numbers=numbers).outputs == []
    assert fresh.test("import os\nos._exit(3)", numbers=numbers).restarted
    source = "assert numbers.sum() == 36 and points"
    assert fresh.test(source, numbers=numbers).outputs == []


# ---- Setup cells --------------------------------------------------------------------------------


def test_setup_cells_tell_their_names_and_arrays(fresh):
    found = fresh.setup("x = np.arange(5.0)\n_y = 3")
    assert {"x", "_y", "points", "np"} <= set(found.names)
    assert not [name for name in found.names if name.startswith("__")]
    before = set(found.known)
    assert fresh.setup("z = np.arange(7.0)").known != sorted(before)


def test_a_setup_cell_that_fails_says_why(fresh):
    assert "ZeroDivisionError: division by zero" in fresh.setup("1 / 0").error


@pytest.mark.parametrize(
    "source",
    ["x[0] = 9", "x += 1", "pair[1][0] = 9", "table['a'][0][0] = 9", "view[0] = 9", "x.sort()",
     "view.base[0] = 9", "split.train[0] = 9"],
)  # fmt: skip
def test_arrays_of_setup_cells_are_read_only(fresh, source):
    fresh.setup(
        "from typing import NamedTuple\nclass Split(NamedTuple):\n    train: object\n"
        "x = np.arange(5.0)\npair = (1, np.zeros(3))\ntable = {'a': [np.zeros(3)]}\n"
        "view = np.arange(6.0)[::2]\nsplit = Split(np.zeros(2))"
    )
    assert "read-only" in only_error(fresh.test(source)).evalue


# ---- One submission after the other -------------------------------------------------------------


def test_nothing_of_a_submission_is_seen_by_the_next(course):
    course.begin("import os, sys, random, numpy as np")
    course.setup("os.environ['EIGHT_FACES_WEIGHTS'] = 'imagenet'\nmine = 3")
    course.test("os.chdir('/')\nsys.path.append('mine')\nnp.random.seed(1)\nrandom.seed(1)")
    course.begin()
    assert only_error(course.test("mine")).ename == "NameError"
    course.setup("import os, sys, random, numpy as np")
    source = (
        "assert 'EIGHT_FACES_WEIGHTS' not in os.environ and os.getcwd() != '/'\n"
        "assert 'mine' not in sys.path\nprint(np.random.random(), random.random())"
    )
    first = texts(course.test(source).outputs)
    course.begin("import os, sys, random, numpy as np")
    assert first
    assert texts(course.test(source).outputs) != first


def test_a_name_of_an_earlier_submission_does_not_win(course):
    course.begin("x = 1")
    course.begin()
    assert course.test("assert x == 2", x=2).outputs == []


def test_plain_python_imports_no_tensorflow(fresh):
    source = "assert not {'keras', 'tensorflow', 'matplotlib'} & set(sys.modules)"
    with Course() as course:
        course.begin("import sys\nfrom autograder.student.outcome import points")
        assert course.test(source).outputs == []
        assert course.test("assert x == 3 and y == [1.5]", x=3, y=[1.5]).outputs == []
        assert course.test(source).outputs == []


def test_the_grading_side_imports_no_tensorflow():
    code = "import sys, autograder.grading.verifier.client as c; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ).returncode == 0


# ---- Functions of the student -------------------------------------------------------------------


def test_a_students_function_is_called_with_data(fresh):
    result = fresh.test(
        "got = prepare(np.arange(3.0), scale=2)\npoints(float(got.sum()), of=10)",
        prepare=lambda values, scale: values * scale / 60,
    )
    assert results(result.outputs) == ["1.0"]


def test_a_students_function_knows_its_name(fresh):
    source = "assert prepare.__name__ == 'prepare' and callable(prepare)"
    assert fresh.test(source, prepare=print).outputs == []


def test_files_travel_to_a_students_function(fresh):
    def content(path, other, shift=0):
        return [path.name, path.read_text(), other.read_text(), shift, str(path.parent)]

    source = (
        "import tempfile\nfrom pathlib import Path\n"
        "folder = Path(tempfile.mkdtemp())\n"
        "for name in 'ab':\n"
        "    (folder / f'{name}.txt').write_text(name * 3)\n"
        "got = content(folder / 'a.txt', other=folder / 'b.txt', shift=2)\n"
        "assert got[:4] == ['a.txt', 'aaa', 'bbb', 2] and got[4] != str(folder)\n"
        "assert not Path(got[4]).exists()\n"
    )
    assert fresh.test(source, content=content).outputs == []


def test_a_function_that_raises_is_the_students_error(fresh):
    def broken(values):
        raise ZeroDivisionError("in my own code")

    error = only_error(fresh.test("prepare(1)", prepare=broken))
    assert error.ename == "CheckFailed"
    assert "ZeroDivisionError: in my own code" in error.evalue


def test_a_function_that_cannot_be_called_says_why(fresh):
    error = only_error(fresh.test("prepare(1)", refuse="It took longer than 3 s.", prepare=print))
    assert error.ename == "CheckFailed"
    assert "longer than 3 s" in error.evalue


def test_a_function_that_returns_no_data_says_so(fresh):
    error = only_error(fresh.test("prepare(1)", prepare=lambda value: {1, 2}))
    assert error.ename == "CheckFailed"
    assert "is a set" in error.evalue


def test_arguments_that_are_too_large_are_refused(fresh):
    source = "prepare(np.arange(9_000_000.0))"
    error = only_error(fresh.test(source, prepare=print))
    assert "too much for one call" in error.evalue


def test_calls_are_counted_over_the_submission(fresh):
    given = {"prepare": lambda value: value}
    assert fresh.test("for i in range(60):\n    prepare(i)", **given).outputs == []
    error = only_error(fresh.test("for i in range(60):\n    prepare(i)", **given))
    assert "100 times" in error.evalue
    fresh.begin()
    assert fresh.test("for i in range(60):\n    prepare(i)", **given).outputs == []
