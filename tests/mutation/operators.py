"""What is changed in a module to see whether a test notices: one small fault at a time.

The operators make the faults people make: a limit that is off by one, ``and`` for ``or``, ``any``
for ``all``, a clamp, a condition, a statement or an argument left out. Texts are left alone, since
most are wording; so are annotations, decorators and the arguments of ``raise``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

Path = tuple[tuple[str, int | None], ...]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_NAMES = {"all": "any", "any": "all", "min": "max", "max": "min"}
_METHODS = {
    "startswith": "endswith",
    "endswith": "startswith",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "find": "rfind",
    "rfind": "find",
}
_SKIPPED = {"annotation", "returns", "decorator_list", "exc", "cause"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    Attributes:
        line: Of the source, from 1.
        before: The code that is changed, as ``ast.unparse`` writes it.
        after: What it becomes.
        path: The way to it from the module: names of fields, and places in lists.
    """

    line: int
    before: str
    after: str
    path: Path = field(repr=False)
    node: ast.AST = field(repr=False)

    def code(self, source: str, filename: str) -> CodeType:
        """Compile the module with this fault in it."""
        tree = ast.parse(source)
        holder: ast.AST = tree
        for name, index in self.path[:-1]:
            holder = _child(holder, name, index)
        name, index = self.path[-1]
        if index is None:
            setattr(holder, name, self.node)
        else:
            getattr(holder, name)[index] = self.node
        return compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)


def mutants(source: str) -> list[Mutant]:
    """All faults that can be made in a module, in the order of its lines."""
    found = []
    for node, path in _places(ast.parse(source), ()):
        before = ast.unparse(node)
        for changed in _changes(node):
            after = ast.unparse(changed)
            if after != before:
                made = ast.copy_location(changed, node)
                line = int(getattr(node, "lineno", 0))
                found.append(Mutant(line, before, after, path, made))
    return found


def _child(holder: ast.AST, name: str, index: int | None) -> ast.AST:
    value = getattr(holder, name)
    child: ast.AST = value if index is None else value[index]
    return child


def _places(holder: ast.AST, path: Path) -> Iterator[tuple[ast.AST, Path]]:
    """Everything that may be changed, and the way to it."""
    for name, value in ast.iter_fields(holder):
        if name in _SKIPPED:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                place = (*path, (name, index))
                yield child, place
                yield from _places(child, place)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    for kind, change in _EXPRESSIONS.items():
        if isinstance(node, kind):
            yield from change(node)


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    if len(node.ops) == 1:
        for other in _COMPARISONS[type(node.ops[0])]:
            yield ast.Compare(node.left, [other()], node.comparators)


def _arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)


def _signs(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if not isinstance(node.op, ast.UAdd):
        yield node.operand


def _filters(node: ast.comprehension) -> Iterator[ast.AST]:
    for n in range(len(node.ifs)):
        kept = node.ifs[:n] + node.ifs[n + 1 :]
        yield ast.comprehension(node.target, node.iter, kept, node.is_async)


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for n in range(len(node.values)):
        kept = node.values[:n] + node.values[n + 1 :]
        yield kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value > 1:
            yield ast.Constant(1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2)
    elif isinstance(value, bytes):
        yield ast.Constant(value + b"?" if value else b"?")


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    match node.func:
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Call(ast.Name(_NAMES[name], ast.Load()), node.args, node.keywords)
            if name in ("min", "max") and len(node.args) > 1:
                yield from node.args
        case ast.Attribute(attr=name) if name in _METHODS:
            other = ast.Attribute(node.func.value, _METHODS[name], ast.Load())
            yield ast.Call(other, node.args, node.keywords)
        case ast.Name(id="sorted" | "reversed") if not node.keywords:
            yield ast.Call(ast.Name("list", ast.Load()), node.args, [])
    for n in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:n] + node.keywords[n + 1 :])


def _conditions(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    if isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
        return
    kind = type(node)
    yield kind(ast.Constant(value=False), node.body, node.orelse)
    if isinstance(node, ast.If):
        yield kind(ast.Constant(value=True), node.body, node.orelse)


def _slices(node: ast.Slice) -> Iterator[ast.AST]:
    if node.lower is not None:
        yield ast.Slice(None, node.upper, node.step)
    if node.upper is not None:
        yield ast.Slice(node.lower, None, node.step)


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.Expr() | ast.AugAssign() | ast.Raise():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


_EXPRESSIONS: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _comparisons,
    ast.BoolOp: _boolean,
    ast.BinOp: _arithmetic,
    ast.UnaryOp: _signs,
    ast.Constant: _constants,
    ast.Call: _calls,
    ast.If: _conditions,
    ast.IfExp: _conditions,
    ast.While: _conditions,
    ast.comprehension: _filters,
    ast.Slice: _slices,
}
