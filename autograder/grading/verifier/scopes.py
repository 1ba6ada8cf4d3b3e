"""Scopes of a cell: where a name that is read comes from."""

import ast
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager


class Scope:
    """What the reading of a cell tells about names, in the order of their evaluation.

    Parameters
    ----------
    outer : Scope, optional
        Where names are looked for that are not its own; none for the cell itself.
    """

    def __init__(self, outer: "Scope | None" = None) -> None:
        self.outer = outer

    def load(self, name: str) -> None:
        """Note that a name is read."""

    def store(self, name: str) -> None:
        """Note that a name is bound."""

    def delete(self, name: str) -> None:
        """Note that a name is unbound."""
        self.load(name)

    @property
    def around(self) -> "Scope":
        """The scope in which a function defined here finds names that are not its own."""
        return self

    @property
    def top(self) -> "Scope":
        """The cell."""
        return self.outer.top if self.outer else self


class Followed(Scope):
    """A scope whose names are followed from statement to statement.

    Attributes
    ----------
    bound : set of str
        Names that are bound for certain at this point.
    """

    def __init__(self, outer: Scope | None = None) -> None:
        super().__init__(outer)
        self.bound: set[str] = set()

    def store(self, name: str) -> None:
        """Note a name that is bound from here on."""
        self.bound.add(name)

    def delete(self, name: str) -> None:
        """Note a name that is no longer bound."""
        self.load(name)
        self.bound.discard(name)


class Cell(Followed):
    """The cell itself.

    Attributes
    ----------
    ever : dict of str to None
        Names that the cell binds anywhere, in order.
    missing : dict of str to None
        Names that are read where they may not be bound yet, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ever: dict[str, None] = {}
        self.missing: dict[str, None] = {}

    def load(self, name: str) -> None:
        """Note a name that is read before the cell binds it."""
        if name not in self.bound:
            self.missing[name] = None

    def store(self, name: str) -> None:
        """Note a name that is bound from here on."""
        super().store(name)
        self.ever[name] = None


class ClassBody(Followed):
    """The body of a class: followed like a cell, but invisible to the functions in it.

    Parameters
    ----------
    outer : Scope
        Where names are looked for that the body does not bind.
    name : str
        Name of the class; its methods run when it is bound.
    """

    def __init__(self, outer: Scope, name: str) -> None:
        super().__init__(outer)
        self._around = Function(outer.around, {name})

    def load(self, name: str) -> None:
        """Note a name that is read."""
        assert self.outer
        if name not in self.bound:
            self.outer.load(name)

    @property
    def around(self) -> Scope:
        """What lies around the class."""
        return self._around


class Function(Scope):
    """A function or lambda: its own names are its own from its first line on.

    What it binds is not followed, since it is not known when it runs.

    Parameters
    ----------
    outer : Scope
        Where names are looked for that are not its own.
    own : set of str
        Its parameters and everything that it binds.
    of_cell : set of str
        Names that it declares ``global``.
    """

    def __init__(self, outer: Scope, own: Set[str], of_cell: Set[str] = frozenset()) -> None:
        super().__init__(outer)
        self.own = own
        self.of_cell = of_cell

    def load(self, name: str) -> None:
        """Note a name that is read."""
        assert self.outer
        if name in self.of_cell:
            self.top.load(name)
        elif name not in self.own:
            self.outer.load(name)


class Comprehension(Function):
    """A comprehension: its targets are its own, ``:=`` binds in the scope around it."""

    def store(self, name: str) -> None:
        """Note a name that is bound."""
        if self.outer and name not in self.own:
            self.outer.store(name)


def bound_in(scope: Scope) -> set[str]:
    """Return the names that are bound for certain at this point."""
    followed = _followed(scope)
    return set(followed.bound) if followed else set()


def bind_only(scope: Scope, names: set[str]) -> None:
    """Say which names are bound for certain at this point."""
    followed = _followed(scope)
    if followed:
        followed.bound = set(names)


@contextmanager
def perhaps(scope: Scope) -> Iterator[None]:
    """Read a part that may not run, or not to its end: what it binds does not count after it."""
    before = bound_in(scope)
    yield
    bind_only(scope, before & bound_in(scope))


def _followed(scope: Scope | None) -> Followed | None:
    while isinstance(scope, Comprehension):
        scope = scope.outer
    return scope if isinstance(scope, Followed) else None


_OWN_SCOPE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function."""
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def declared(nodes: Iterable[ast.AST], kind: type[ast.Global] | type[ast.Nonlocal]) -> set[str]:
    """Return the names that nodes declare ``global`` or ``nonlocal`` in their own scope."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, kind):
            found.update(node.names)
        elif not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
        ):
            found |= declared(ast.iter_child_nodes(node), kind)
    return found
