import ast
import json
import sys

import pytest

from autograder.grading.verifier.names import defined, needed, problems

SNIPPETS = {
    "plain": ("points(fraction, of=2)", "points fraction"),
    "stored first": ("fraction = check(x)\npoints(fraction)", "check x points"),
    "used then stored": ("y = x\nx = 1\nprint(x)", "x"),
    "builtins": ("print(len(range(3)), __name__, display, get_ipython())", ""),
    "if on one side": ("if a:\n    b = 1\nb", "a b"),
    "if on both sides": ("if a:\n    b = 1\nelse:\n    b = 2\nb", "a"),
    "elif": ("if a:\n    b = 1\nelif c:\n    b = 2\nelse:\n    b = 3\nb", "a c"),
    "for": ("for i in items:\n    t = i\nt", "items t"),
    "for target after the loop": ("for i in items:\n    pass\ni", "items i"),
    "while": ("while a:\n    b = 1\nb", "a b"),
    "while walrus": ("while (n := f()):\n    n\nn", "f"),
    "comprehension": ("[x * k for x in xs if x > low]", "xs low k"),
    "comprehension in order": ("[y for x in xs for y in x]", "xs"),
    "first iterable outside": ("[x for x in x]", "x"),
    "dict comprehension": ("{k: v for k, v in pairs}", "pairs"),
    "generator": ("sum(a == b for a, b in zip(p, q))", "p q"),
    "walrus in comprehension": ("[y for x in xs if (y := f(x))]\ny", "xs f y"),
    "walrus": ("(n := 3) + n", ""),
    "walrus that may not run": ("a and (n := 3)\nn", "a n"),
    "walrus in an argument": ("f((n := 3), n)", "f"),
    "conditional expression": ("(n := 1) if a else (n := 2)\nn", "a"),
    "chain of comparisons": ("a < (b := 1) < (c := 2)\nb, c", "a c"),
    "dict in order": ("{1: y, (y := 2): y}", "y"),
    "augmented": ("x += 1", "x"),
    "augmented item": ("a[i] += (i := 2)", "a i"),
    "attribute target": ("model.name = 'a'", "model"),
    "item target": ("a[i] = v", "v a i"),
    "unpacking": ("a, *b = c\n(a, b)", "c"),
    "del": ("x = 1\ndel x\nx", "x"),
    "del of the student's": ("del x", "x"),
    "annotation": ("n: int = m\nn", "m"),
    "annotation without value": ("n: kind\nn", "kind n"),
    "try": ("try:\n    a = f()\nexcept E as e:\n    a = e\na", "f E"),
    "try on one side": ("try:\n    a = f()\nexcept E:\n    pass\na", "f E a"),
    "except name ends": ("try:\n    f()\nexcept E as e:\n    pass\ne", "f E e"),
    "try else finally": (
        "try:\n    f()\nexcept E:\n    raise\nelse:\n    c = 1\nfinally:\n    d = 1\nc, d",
        "f E c",
    ),
    "except group": ("try:\n    f()\nexcept* E as e:\n    e", "f E"),
    "with": ("with open(p) as file:\n    t = file.read()\nfile", "p"),
    "with may swallow": ("with quiet():\n    t = 1\nt", "quiet t"),
    "function": ("def f(a, b=c, *d, e=g, **h):\n    return a, b, d, e, h, k\nf(1)", "c g k"),
    "function locals": ("def f():\n    x = 1\n    return x\nf()", ""),
    "local before its assignment": ("def f():\n    print(x)\n    x = 1", ""),
    "recursion": ("def f(n):\n    return f(n - 1)", ""),
    "function before the name": ("def f():\n    return x\nf()\nx = 1", "x"),
    "function after the name": ("x = 1\ndef f():\n    return x", ""),
    "global": ("def f():\n    global x\n    x = y\n    return x\nf()", "y x"),
    "global past a local": (
        "def f():\n    x = 1\n    def g():\n        global x\n        return x\n    return g",
        "x",
    ),
    "nonlocal": (
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = y\n    return g",
        "y",
    ),
    "closure": ("def f(a):\n    return lambda b: a + b + c", "c"),
    "lambda": ("sorted(xs, key=lambda x, k=w: x[k])", "xs w"),
    "lambda default is no parameter": ("def f(g=lambda y: y):\n    return y", "y"),
    "annotations of a function": ("def f(a: A, *b: B) -> C:\n    pass", "A B C"),
    "decorator": ("@trace\ndef f(): pass", "trace"),
    "class": (
        "class A(Base, metaclass=M):\n    n = size\n    m = n\n    def f(self):\n"
        "        return A, n\nA",
        "Base M size n",
    ),
    "class comprehension": ("class A:\n    n = 1\n    m = [n for _ in xs]", "xs n"),
    "match": (
        "match v:\n    case {'a': a, **rest} if a > t:\n        a, rest\n    case [x, *y]:\n"
        "        x, y\n    case Point(x=0) | None:\n        z = 1\n    case other:\n        other\n"
        "z",
        "v t Point z",
    ),
    "f-string": ("f'{a:{width}} {b!r}'", "a width b"),
    "star args": ("f(*args, key=k, **options)", "f args k options"),
    "slice": ("x[a:b:c]", "x a b c"),
    "import": ("import a.b\nfrom c import d as e\na, e, d", "d"),
    "assert": ("assert a == 1, f'{b}'", "a b"),
    "await inside": ("async def f():\n    async with a as b:\n        await b(c)", "a c"),
    "yield": ("def f():\n    got = yield a\n    yield from got", "a"),
    "starred": ("[*a, *b]", "a b"),
    "raise from": ("raise CheckFailed(m) from e", "CheckFailed m e"),
}


@pytest.mark.parametrize("name", SNIPPETS)
def test_needed_names_of_a_snippet(name):
    source, expected = SNIPPETS[name]
    assert needed(source) == expected.split()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new syntax")
def test_type_parameters_are_no_needed_names():
    assert needed("def f[T: Bound](a: T) -> T:\n    return T") == ["Bound"]
    assert needed("class A[T](Base[T]):\n    x: T = T") == ["Base"]
    assert needed("type A[T] = dict[T, B]\nA") == ["B"]


def test_no_needed_name_of_a_course_test_cell_is_one_that_it_defines_itself(repository):
    for path in sorted(repository.glob("source/*/*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            meta = cell["metadata"].get("nbgrader", {})
            if not meta.get("grade") or cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            assert problems(source) == []
            assert not {"fraction", "hidden"} & set(needed(source))
            names = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)]
            own = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {"hidden"}
            assert set(needed(source)) == {n.id for n in names} - own - {"min", "float"}


def test_defined_names_are_those_of_the_cell_and_not_of_functions():
    source = (
        "import a.b, c as d\nfrom e import f\nx, (y, *z) = 1, (2,)\nif x:\n    w: int = 1\n"
        "def g():\n    global h\n    h = inner = 1\nclass K:\n    inside = 1\n"
        "for i in x:\n    pass\n[j for j in x]\n(k := 1)\nx.n = 2"
    )
    expected = ["a", "d", "f", "x", "y", "z", "w", "g", "h", "K", "i", "k"]
    assert defined(source) == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("1.0 if 'a' in globals() else 0.0", "uses globals in line 1"),
        ("x = 1\nlocals()['x']", "uses locals in line 2"),
        ("exec('a = 1')", "uses exec"),
        ("f = eval", "uses eval"),
        ("'a' in dir()", "uses dir()"),
        ("vars()['a']", "uses vars()"),
        ("from numpy import *", "imports * from numpy"),
        ("get_ipython().user_ns", "nobody is there"),
        ("input('?')", "nobody is there"),
        ("x = (", "is not plain Python"),
        ("%pip install x", "is not plain Python"),
        ("return 1", "is not plain Python"),
        ("await x", "is not plain Python"),
    ],
)
def test_what_the_verifier_cannot_do_is_refused_at_release(source, words):
    found = problems(source)
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    "source",
    [
        "points(fraction, of=2)",
        "vars(x)",
        "dir(x)",
        "def f(input):\n    return input",
        "model.eval()",
        "globals = 1\nprint(globals)",
    ],
)
def test_harmless_cells_are_not_refused(source):
    assert problems(source) == []
