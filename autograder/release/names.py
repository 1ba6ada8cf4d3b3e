"""Which names the setup cells protect, and which lines of a solution would change them."""

import ast
from collections.abc import Iterator

MUTATING_METHODS = {
    *("add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove"),
    *("reverse", "setdefault", "sort", "update"),
    *("byteswap", "fill", "itemset", "partition", "put", "resize", "setfield", "setflags"),
    *("compile", "fit", "load_weights", "set_weights", "train_on_batch"),
}
"""Methods of lists, dicts, sets, arrays and models that change the object itself."""

MUTATED_ARGUMENT = {"copyto", "fill_diagonal", "place", "put", "putmask", "setattr", "shuffle"}
"""Functions that change their first argument."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Protected:
    """The names that setup cells define.

    A solution must not touch them: the verifier runs the setup cells itself, so that a test
    would see the setup cell's value and not the one that the student's kernel went on with.
    """

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.imports: dict[str, str] = {}

    @property
    def names(self) -> set[str]:
        """All names that setup cells define."""
        return self.values | set(self.imports)

    def define(self, tree: ast.Module) -> None:
        """Add what a setup cell defines.

        Parameters
        ----------
        tree : ast.Module
            The parsed cell.
        """
        for name, origin in _bound(tree):
            if origin:
                self.imports[name] = origin
            else:
                self.values.add(name)

    def changed_by(self, tree: ast.Module) -> Iterator[str]:
        """Yield a message for every protected name that a gap's code assigns or changes.

        Parameters
        ----------
        tree : ast.Module
            The parsed gap with its solution.
        """
        for name, origin in _bound(tree):
            same_import = origin is not None and self.imports.get(name) == origin
            if name in self.values or (name in self.imports and not same_import):
                yield f"assigns {name!r}, which a setup cell defines; use another name"
        for name, line in _mutated(tree, self.values, self.values | set(self.imports)):
            yield (
                f"changes {name!r} in line {line}, which a setup cell defines; "
                "work on a copy under another name"
            )


def last_name(expression: ast.expr) -> str | None:
    """Return ``c`` for ``a.b.c`` and ``a`` for ``a``; None for anything else."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else None


def root_name(expression: ast.expr) -> str | None:
    """Return ``a`` for ``a``, ``a.b[0].c`` and ``a[1:]``; None when it starts with no name."""
    while isinstance(expression, ast.Attribute | ast.Subscript | ast.Starred):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else None


def _bound(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """Yield the names that a cell binds, with their origin for imports."""
    for node in _outside_functions(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0], alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, None
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, None


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Walk over everything that runs in the notebook's own namespace."""
    for child in ast.iter_child_nodes(node):
        yield child
        local = Function | ast.ClassDef | ast.ListComp | ast.SetComp | ast.DictComp
        if not isinstance(child, local | ast.GeneratorExp):
            yield from _outside_functions(child)
        elif isinstance(child, ast.FunctionDef) and _globals(child):
            for name in _globals(child):
                yield ast.Name(name, ast.Store())


def _globals(function: ast.FunctionDef) -> list[str]:
    statements = [node for node in ast.walk(function) if isinstance(node, ast.Global)]
    return [name for statement in statements for name in statement.names]


def _mutated(tree: ast.AST, values: set[str], everything: set[str]) -> Iterator[tuple[str, int]]:
    """Yield protected names that are changed in place, with the line.

    Modules are protected against new attributes only: ``np.sort`` is no change of ``np``.
    """
    for node in ast.iter_child_nodes(tree):
        inner_values, inner_everything = values, everything
        if isinstance(node, Function):
            local = _parameters(node)
            inner_values, inner_everything = values - local, everything - local
        elif isinstance(node, ast.Attribute | ast.Subscript):
            name = root_name(node)
            if not isinstance(node.ctx, ast.Load) and name in everything:
                yield str(name), node.lineno
        elif isinstance(node, ast.Call):
            for changed in _changed_by_call(node):
                name = root_name(changed)
                if name in values:
                    yield str(name), node.lineno
        yield from _mutated(node, inner_values, inner_everything)


def _parameters(function: Function) -> set[str]:
    """Return the names that are the function's own: its parameters and what it assigns."""
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    body = function.body if isinstance(function.body, list) else [function.body]
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                own.add(node.id)
    return own


def _changed_by_call(call: ast.Call) -> Iterator[ast.expr]:
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in MUTATING_METHODS:
        yield function.value
    if last_name(function) in MUTATED_ARGUMENT and call.args:
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.arg == "out":
            yield keyword.value
