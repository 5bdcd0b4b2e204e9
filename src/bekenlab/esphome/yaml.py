"""Writes plain values and comments as YAML in the style people use for ESPHome."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH = 78
_STEP = 2


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that stands in ``secrets.yaml``, under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text for people; always quoted, so that none of it is interpreted as YAML."""

    value: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A top-level value, or one in a list, with a comment above it."""

    value: object
    comment: str


def to_yaml(sections: Mapping[str, object], head: Sequence[str]) -> str:
    """Write a document.

    Args:
        sections: Top-level keys and their values: plain data, ``Secret``, ``Text``, ``Noted``.
        head: Lines of the comment at its top; each is wrapped.
    """
    document = CommentedMap()
    document.yaml_set_start_comment("\n".join(line for text in head for line in _wrapped(text, 0)))
    for key, section in sections.items():
        value, comment = _parted(section)
        document[key] = _node(value, _STEP)
        before = "\n".join(["", *_wrapped(comment, 0)]) if comment else "\n"
        document.yaml_set_comment_before_after_key(key, before=before)
    writer = YAML()
    writer.indent(mapping=_STEP, sequence=2 * _STEP, offset=_STEP)
    writer.width = 4096
    stream = StringIO()
    writer.dump(document, stream)
    return stream.getvalue()


def printable(text: str) -> str:
    """Text on one line without control characters: a comment must not end early."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _wrapped(text: str, column: int) -> list[str]:
    """Lines of a comment; those after a dash are indented below its text."""
    hang = "  " if text.startswith("- ") else ""
    return textwrap.wrap(
        printable(text), _WIDTH - column, subsequent_indent=hang, break_on_hyphens=False
    ) or [""]


def _parted(value: object) -> tuple[object, str]:
    return (value.value, value.comment) if isinstance(value, Noted) else (value, "")


def _node(value: object, column: int) -> object:
    if isinstance(value, Secret):
        return TaggedScalar(value.name, tag="!secret")
    if isinstance(value, Text):
        return DoubleQuotedScalarString(printable(value.value))
    if isinstance(value, dict):
        return CommentedMap({key: _node(inner, column + _STEP) for key, inner in value.items()})
    if isinstance(value, (list, tuple)):
        return _list(value, column)
    return value


def _list(value: Sequence[object], column: int) -> CommentedSeq:
    node = CommentedSeq()
    for index, content in enumerate(value):
        inner, comment = _parted(content)
        node.append(_node(inner, column + 2 * _STEP - _STEP))
        if comment:
            before = "\n".join(_wrapped(comment, column))
            node.yaml_set_comment_before_after_key(index, before=before, indent=column)
    return node
