"""Cells that would give wrong points are refused, with a message to the author."""

import pytest

from autograder.release.validate import validate_source

SETUP, GAP, TEST = 1, 3, 4

SOLUTION = "total = ...\n### BEGIN SOLUTION\n{}\n### END SOLUTION"

REFUSED_GAPS = {
    "assigns_setup_name": ("numbers = [4]", "assigns 'numbers'"),
    "assigns_setup_name_in_loop": ("for numbers in [1]: pass", "assigns 'numbers'"),
    "augments_setup_name": ("numbers += [4]", "assigns 'numbers'"),
    "deletes_setup_name": ("del numbers", "assigns 'numbers'"),
    "redefines_setup_name": ("def numbers(): pass", "assigns 'numbers'"),
    "assigns_by_global": (
        "def change():\n    global numbers\n    numbers = 3",
        "assigns 'numbers'",
    ),
    "other_import_under_setup_name": ("import cmath as math", "assigns 'math'"),
    "stores_item": ("numbers[0] = 4", "changes 'numbers' in line"),
    "stores_slice_of_attribute": ("numbers.data[1:] = 4", "changes 'numbers'"),
    "deletes_item": ("del numbers[0]", "changes 'numbers'"),
    "augments_item": ("numbers[0] += 1", "changes 'numbers'"),
    "mutating_method": ("total = numbers.pop()", "changes 'numbers'"),
    "mutates_in_function": ("def change():\n    numbers.append(1)", "changes 'numbers'"),
    "shuffles": ("import random\nrandom.shuffle(numbers)", "changes 'numbers'"),
    "writes_out": ("total = math.fsum(numbers, out=numbers)", "changes 'numbers'"),
    "patches_module": ("math.pi = 3", "changes 'math'"),
}

ALLOWED_GAPS = {
    "reads": "total = sum(numbers)",
    "copies": "own = list(numbers)\nown.append(4)\ntotal = sum(own)",
    "same_import": "import math\ntotal = math.fsum(numbers)",
    "parameter_of_the_same_name": "def add(numbers):\n    numbers.append(1)\n    return numbers",
    "local_of_the_same_name": "def add():\n    numbers = []\n    numbers.append(1)",
    "comprehension": "total = sum([numbers for numbers in range(3)])",
}

REFUSED_TESTS = {
    "fraction_as_last_value": ("math.sqrt(total)", "nbgrader would read as points"),
    "bare_name": ("score = points(1, of=2)\nscore", "nbgrader would read as points"),
    "true": ("True", "nbgrader would read as points"),
    "arithmetic_on_points": ("points(0.5, of=2) * 1", "nbgrader would read as points"),
    "points_before_the_end": (
        "points(0.5, of=2)\nassert total",
        "before its last line",
    ),
    "points_in_a_branch": (
        "if total:\n    points(0.5, of=2)\npoints(1, of=2)",
        "before its last line",
    ),
    "of_differs": ("points(1, of=3)", "says of=3, but the cell has 2 points"),
    "of_computed": ("points(1, of=1 + 1)", "says of=1 + 1"),
    "of_missing": ("points(1)", "without of="),
    "of_of_a_check_differs": ("x = outcome.fraction(total, of=4)", "says of=4"),
    "not_python": ("if total", "is not Python"),
    "magic": ("%matplotlib inline\nassert total", "is not plain Python"),
    "reads_all_names": ("assert 'total' in globals()", "uses globals in line 1"),
    "name_from_nowhere": ("assert total == expected", "reads 'expected', which no cell above"),
}

ALLOWED_TESTS = {
    "points": "points(math.sqrt(total), of=2)",
    "points_of_a_module": "outcome.points(1.0, of=2)",
    "assertion": "assert total == 6",
    "assigned_check": "fraction = math.sqrt(total)",
    "print": "print('done')",
}

REFUSED_SETUPS = {
    "loop": ("for number in range(3):\n    print(number)", "neither an import"),
    "trains_model": ("import keras\nmodel = keras.thing\nmodel.fit(1)", "calls fit"),
    "makes_model": ("import keras\nmodel = keras.Sequential([])", "calls Sequential"),
    "reads_a_students_name": ("half = total / 2", "reads 'total', which no setup cell above"),
    "loop_in_branch": ("if True:\n    while True:\n        pass", "neither an import"),
}

ALLOWED_SETUPS = {
    "imports_data_functions": (
        "import sys\nfrom autograder.student import Exercise\n\nexercise = Exercise('03')\n"
        "exercise.seed()\n\ndef double(x):\n    return 2 * x"
    ),
    "colab": "import sys\nif 'google.colab' in sys.modules:\n    %pip -q install --no-deps x",
}


def validated(good, write, position, source):
    good["cells"][position]["source"] = source
    if position == SETUP:  # what the test reads is of no matter here
        good["cells"][TEST]["source"] = "assert total"
    return validate_source(write(good))


def test_good_notebook_is_accepted(good, write):
    assert validate_source(write(good)) == []


@pytest.mark.parametrize("name", REFUSED_GAPS)
def test_refused_gap(name, good, write):
    code, expected = REFUSED_GAPS[name]
    messages = validated(good, write, GAP, SOLUTION.format(code))
    assert len(messages) >= 1
    assert "cell 4 (total)" in messages[0]
    assert expected in messages[0]


@pytest.mark.parametrize("name", ALLOWED_GAPS)
def test_allowed_gap(name, good, write):
    assert validated(good, write, GAP, SOLUTION.format(ALLOWED_GAPS[name])) == []


@pytest.mark.parametrize("name", REFUSED_TESTS)
def test_refused_test_cell(name, good, write):
    code, expected = REFUSED_TESTS[name]
    (message,) = validated(good, write, TEST, code)
    assert expected in message


@pytest.mark.parametrize("name", ALLOWED_TESTS)
def test_allowed_test_cell(name, good, write):
    assert validated(good, write, TEST, ALLOWED_TESTS[name]) == []


@pytest.mark.parametrize("name", REFUSED_SETUPS)
def test_refused_setup_cell(name, good, write):
    code, expected = REFUSED_SETUPS[name]
    (message,) = validated(good, write, SETUP, code)
    assert expected in message


@pytest.mark.parametrize("name", ALLOWED_SETUPS)
def test_allowed_setup_cell(name, good, write):
    assert validated(good, write, SETUP, ALLOWED_SETUPS[name]) == []


def test_gap_without_dots(good, write):
    source = "total = 0\n### BEGIN SOLUTION\ntotal = 6\n### END SOLUTION"
    assert "gap without `...`" in validated(good, write, GAP, source)[0]


def test_gap_that_is_no_python_without_its_solution(good, write):
    source = "def f():\n    ### BEGIN SOLUTION\n    return ...\n    ### END SOLUTION"
    assert "without its solution it is not Python" in validated(good, write, GAP, source)[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("total = ...\n### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "within an open"),
        ("total = ...\n### END SOLUTION", "has no BEGIN SOLUTION"),
        ("total = ...\n### BEGIN SOLUTION\n### END HIDDEN TESTS", "the open region is SOLUTION"),
        ("total = ...\n### BEGIN SOLUTION", "never closed"),
    ],
)
def test_markers_that_do_not_pair_up(source, expected, good, write):
    assert expected in validated(good, write, GAP, source)[0]


def test_hidden_tests_in_a_gap(good, write):
    source = "total = ...\n### BEGIN HIDDEN TESTS\ntotal = 6\n### END HIDDEN TESTS"
    assert "hidden tests, but is not a locked test cell" in validated(good, write, GAP, source)[0]


def test_hidden_tests_in_an_unlocked_test(good, write):
    good["cells"][TEST]["metadata"]["nbgrader"]["locked"] = False
    assert "hidden tests, but is not a locked" in validate_source(write(good))[0]


def test_solution_in_an_ordinary_cell(good, write):
    good["cells"][GAP]["metadata"] = {}
    assert "not marked as a solution cell" in validate_source(write(good))[0]


def test_setup_tag_on_a_gap(good, write):
    good["cells"][GAP]["metadata"]["tags"] = ["setup"]
    assert any("not a plain locked cell" in message for message in validate_source(write(good)))
