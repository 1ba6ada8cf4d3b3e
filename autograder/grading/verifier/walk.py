"""Read a cell in the order in which Python evaluates it, and tell a scope about its names."""

import ast
from collections.abc import Iterable, Sequence

from autograder.grading.verifier.scopes import (
    Cell,
    ClassBody,
    Comprehension,
    Function,
    Scope,
    bind_only,
    bound_in,
    declared,
    parameters_of,
    perhaps,
)

Loop = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Walker(ast.NodeVisitor):
    """Tell a scope, in order, which names are read and bound.

    Parameters
    ----------
    scope : Scope
        The scope that the visited code runs in.
    """

    # NodeVisitor calls these by the names of the node classes.
    # ruff: noqa: D102, N815

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def all(self, nodes: Iterable[ast.AST | None]) -> None:
        """Visit some nodes one after the other."""
        for node in nodes:
            if node is not None:
                self.visit(node)

    def maybe(self, nodes: Iterable[ast.AST | None]) -> None:
        """Visit nodes that may not be evaluated."""
        with perhaps(self.scope):
            self.all(nodes)

    def either(self, *ways: Sequence[ast.AST | None]) -> None:
        """Visit ways of which one is taken; bound is what all of them bind."""
        before = bound_in(self.scope)
        after = []
        for way in ways:
            bind_only(self.scope, before)
            self.all(way)
            after.append(bound_in(self.scope))
        bind_only(self.scope, set.intersection(*after))

    # ---- Names -----------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.scope.load(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.scope.store(node.id)
        else:
            self.scope.delete(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self.all(node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.scope.load(node.target.id)
            self.all([node.value, node.target])
        else:
            self.all([node.target, node.value])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.scope.store(alias.asname or alias.name.split(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                self.scope.store(alias.asname or alias.name)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        inner = Function(self.scope.around, self._type_parameters(node))
        Walker(inner).visit(node.value)  # type: ignore[attr-defined]
        self.visit(node.name)  # type: ignore[attr-defined]

    # ---- Expressions that are not evaluated whole, or not in the order of their fields -----

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self.maybe(node.values[1:])

    def visit_Compare(self, node: ast.Compare) -> None:
        self.all([node.left, node.comparators[0]])
        self.maybe(node.comparators[1:])

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self.either([node.body], [node.orelse])

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self.all([key, value])

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        Walker(Function(self.scope.around, _own(node.args, [node.body]))).visit(node.body)

    def visit_ListComp(self, node: Loop) -> None:
        first = node.generators[0]
        self.visit(first.iter)
        targets = {name for part in node.generators for name in _stored([part.target])}
        inner = Walker(Comprehension(self.scope.around, targets))
        with perhaps(self.scope):
            for part in node.generators:
                inner.all([None if part is first else part.iter, part.target, *part.ifs])
            inner.all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    # ---- Statements ------------------------------------------------------------------------

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)
        self.maybe([node.msg])

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.either(node.body, node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.maybe([node.target, *node.body])
        self.maybe(node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.maybe(node.body)
        self.maybe(node.orelse)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        self.all(node.items)
        self.maybe(node.body)  # what it enters may swallow an error half way

    visit_AsyncWith = visit_With

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        before = bound_in(self.scope)
        self.all([*node.body, *node.orelse])
        after = [bound_in(self.scope)]
        for handler in node.handlers:
            bind_only(self.scope, before)
            self.visit(handler)
            after.append(bound_in(self.scope))
        bind_only(self.scope, before)
        self.all(node.finalbody)
        bind_only(self.scope, set.intersection(*after) | bound_in(self.scope))

    visit_TryStar = visit_Try

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.all([node.type])
        if node.name:
            self.scope.store(node.name)
        self.all(node.body)
        if node.name:
            self.scope.delete(node.name)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        for case in node.cases:
            self.maybe([case.pattern, case.guard, *case.body])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.all([node.pattern])
        if node.name:
            self.scope.store(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.scope.store(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self.scope.store(node.rest)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.all(node.decorator_list)
        self._defaults(node.args)
        types = self._type_parameters(node)
        annotations = [argument.annotation for argument in parameters_of(node.args)]
        Walker(Function(self.scope, types)).all([*annotations, node.returns])
        self.scope.store(node.name)
        of_cell = declared(node.body, ast.Global)
        inner = Function(self.scope.around, types | _own(node.args, node.body), of_cell)
        Walker(inner).all(node.body)
        if isinstance(self.scope.top, Cell):
            self.scope.top.ever.update(dict.fromkeys(sorted(of_cell)))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.all(node.decorator_list)
        generic = Function(self.scope, self._type_parameters(node))
        Walker(generic).all([*node.bases, *node.keywords])
        Walker(ClassBody(generic if generic.own else self.scope, node.name)).all(node.body)
        self.scope.store(node.name)

    def _defaults(self, arguments: ast.arguments) -> None:
        self.all([*arguments.defaults, *arguments.kw_defaults])

    def _type_parameters(self, node: ast.AST) -> set[str]:
        parameters = getattr(node, "type_params", [])  # from Python 3.12 on
        names = {parameter.name for parameter in parameters}
        for parameter in parameters:
            Walker(Function(self.scope, names)).generic_visit(parameter)
        return names


def _own(arguments: ast.arguments, body: Sequence[ast.AST]) -> set[str]:
    """Return the names that are a function's own: its parameters and what it binds."""
    parameters = {argument.arg for argument in parameters_of(arguments)}
    others = declared(body, ast.Global) | declared(body, ast.Nonlocal)
    return parameters | (_stored(body) - others)


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    """Return what nodes bind in their own scope."""
    notes = _Notes()
    Walker(notes).all(nodes)
    return notes.stored


class _Notes(Scope):
    """A scope that only writes down what is bound in it."""

    def __init__(self) -> None:
        super().__init__()
        self.stored: set[str] = set()

    def store(self, name: str) -> None:
        self.stored.add(name)

    def delete(self, name: str) -> None:
        self.stored.add(name)
