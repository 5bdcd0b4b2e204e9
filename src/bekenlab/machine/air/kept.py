"""What a snapshot holds of the parts of an air: plain values, and nothing that runs.

A part names the attributes that are its state. Values are numbers, bytes, text, containers of them,
and the few classes below; what is read back has the types that were named, or is refused.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from bekenlab.machine.air.packets import Packet, Segment
from bekenlab.machine.air.tcp_state import Receiving, Sending, TcpState, Timing
from bekenlab.machine.air.wpa import PairwiseKeys
from bekenlab.machine.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.machine.devices.base import State

_KIND, _CONTENT = "is", "of"
_CLASSES: tuple[type, ...] = (PairwiseKeys, Packet, Receiving, Segment, Sending, Timing)
_BY_NAME: dict[str, type] = {each.__name__: each for each in _CLASSES}
_SEQUENCES: dict[str, type] = {"list": list, "tuple": tuple, "deque": deque}
_TABLES: dict[str, type] = {"dict": dict, "Counter": Counter}


class Kept(Protocol):
    """A part whose state is saved."""

    def save(self) -> State:
        """Its state."""
        ...

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        ...


class KeptAttributes:
    """A part whose state is some of its attributes, by name, with their types."""

    kept: ClassVar[Mapping[str, str]] = {}

    def save(self) -> State:
        """Its state."""
        return {name: freeze(getattr(self, name)) for name in self.kept}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned.

        Raises:
            TypeError, KeyError, ValueError: It is something else.
        """
        for name, kind in self.kept.items():
            setattr(self, name, thaw(state[name], kind))


def freeze(value: object) -> object:
    """A value as numbers, bytes, text, lists and tables.

    Raises:
        SnapshotError: It is something else.
    """
    kind = type(value).__name__
    if value is None or type(value) in {bool, int, str, bytes}:
        return value
    if isinstance(value, bytearray | TcpState):
        plain: object = bytes(value) if isinstance(value, bytearray) else str(value)
        return {_KIND: kind, _CONTENT: plain}
    if isinstance(value, list | tuple | deque):
        return {_KIND: kind, _CONTENT: [freeze(each) for each in value]}
    if isinstance(value, dict):
        return {_KIND: kind, _CONTENT: [[freeze(k), freeze(each)] for k, each in value.items()]}
    if is_dataclass(value) and kind in _BY_NAME:
        content = {each.name: freeze(getattr(value, each.name)) for each in fields(value)}
        return {_KIND: kind, _CONTENT: content}
    raise SnapshotError(f"The air holds something that cannot be saved: {kind}.")


def thaw(frozen: object, kind: str) -> Any:
    """What :func:`freeze` made plain.

    Args:
        frozen: The plain value.
        kind: Its type as an annotation, such as ``"bytes | None"``; only the names count.

    Raises:
        TypeError, KeyError, ValueError: It is something else.
    """
    value = _thaw(frozen)
    allowed = {part.strip().partition("[")[0] for part in kind.split("|")}
    name = "None" if value is None else type(value).__name__
    if name not in allowed:
        raise TypeError(f"expected {kind}, found {name}")
    return value


def _thaw(frozen: object) -> Any:
    if not isinstance(frozen, dict):
        return frozen
    kind, content = frozen[_KIND], frozen[_CONTENT]
    if kind == "bytearray":
        return bytearray(content)
    if kind == "TcpState":
        return TcpState(content)
    if kind in _SEQUENCES:
        return _SEQUENCES[kind](_thaw(each) for each in content)
    if kind in _TABLES:
        return _TABLES[kind]({_thaw(key): _thaw(each) for key, each in content})
    made = _BY_NAME[kind]
    return made(**{each.name: thaw(content[each.name], str(each.type)) for each in fields(made)})
