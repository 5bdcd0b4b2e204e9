"""OpenBeken configurations and their differences, as JSON and for a terminal."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.openbeken.config import all_fields, find_field
from bekenlab.openbeken.config_secrets import is_personal
from bekenlab.openbeken.flags import flag_name
from bekenlab.report.json_report import SCHEMA
from bekenlab.report.printable import Printable
from bekenlab.report.text import heading
from bekenlab.secrecy.hide import hide_text
from bekenlab.secret import REDACTED, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from bekenlab.jobs.obk_config import ConfigFile
    from bekenlab.openbeken.config import Value
    from bekenlab.openbeken.config.edit import Difference
    from bekenlab.openbeken.config.fields import Field

# OpenBeken uses three or four bytes of the MAC address in its names.
_MAC_TAIL = re.compile(r"[0-9A-Fa-f]{6,8}\Z")
# A name that OpenBeken gave the device itself.
_DEFAULT_NAME = re.compile(r"(?:obk|Open[A-Z0-9]{2,12}_)[0-9A-Fa-f]{6,8}")
# Bytes of no known meaning may be a text of a later version.
_GAP = "bytes "
_READABLE = re.compile(rb"[\x20-\x7e]{4}")
_NOT_SET = (b"", b"00:00:00:00:00:00", "0.0.0.0")  # noqa: S104  not used for binding
_PINS = ("pin_roles", "pin_channels", "pin_channels2")


def config_json(file: ConfigFile, *, show_secrets: bool = False) -> dict[str, Any]:
    """A configuration as plain JSON values (documented in docs/json.md)."""
    return {
        "schema": SCHEMA,
        "file": {"name": file.name},
        "chip": file.chip,
        "offset": file.offset,
        "version": file.config.version,
        "pins": [
            {
                "gpio": pin.gpio,
                "role": pin.role,
                "channel": pin.channel,
                "channel2": pin.channel2,
            }
            for pin in file.config.pins()
        ],
        "flags": _flags(file.config.value("flags")),
        "fields": {
            name: plain(name, value, show_secrets=show_secrets)
            for name, value in file.config.values().items()
            if name not in _PINS and name != "flags"
        },
    }


def diff_json(
    names: Sequence[str], found: Sequence[Difference], *, show_secrets: bool = False
) -> dict[str, Any]:
    """Differences of two configurations as plain JSON values."""
    return {
        "schema": SCHEMA,
        "files": [{"name": name} for name in names],
        "same": not found,
        "differences": [
            {
                "field": each.name,
                "left": plain(each.name, each.left, show_secrets=show_secrets),
                "right": plain(each.name, each.right, show_secrets=show_secrets),
            }
            for each in found
        ],
    }


def plain(name: str, value: Value | None, *, show_secrets: bool) -> Any:
    """A value for JSON; a secret as ``<redacted>`` unless it is empty."""
    if isinstance(value, Secret):
        return _text(value.reveal()) if show_secrets or _is_empty(value) else REDACTED
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_number(each) for each in value]
    if isinstance(value, str):
        return value if show_secrets else _without_secrets(name, value)
    return value if value is None else _number(value)


def device_name(name: str, *, show_secrets: bool) -> str:
    """A name that a device gives itself on the network, without the end of a MAC address.

    Its owner looks for it by that name, so it is not hidden as a whole.
    """
    return name if show_secrets else _MAC_TAIL.sub(lambda match: "x" * len(match[0]), name)


def render(file: ConfigFile, *, show_secrets: bool = False) -> RenderableType:
    """A configuration for a terminal, without empty fields."""
    return Printable(Group(*_sections(file, show_secrets=show_secrets)))


def render_differences(
    names: Sequence[str], found: Sequence[Difference], *, show_secrets: bool = False
) -> RenderableType:
    """Differences of two configurations for a terminal."""
    if not found:
        return Printable(Text("The configurations are the same."))
    table = _table("Field", *names)
    for each in found:
        left = _cell(each, each.left, show_secrets=show_secrets)
        right = _cell(each, each.right, show_secrets=show_secrets)
        if left == right == REDACTED:
            right = f"{REDACTED}, different"
        table.add_row(*(Text(cell) for cell in (each.name, left, right)))
    return Printable(table)


def _cell(each: Difference, value: Value | None, *, show_secrets: bool) -> str:
    if value is None:
        return "(not in this version)"
    return _words(each.name, value, show_secrets=show_secrets) or "(empty)"


def _sections(file: ConfigFile, *, show_secrets: bool) -> Iterator[RenderableType]:
    place = f"at 0x{file.offset:06x}" if len(file.data) > len(file.config.encode()) else "sector"
    head = f"  OpenBeken configuration, version {file.config.version}, {place}"
    yield Text.assemble((file.name, "bold"), head, overflow="fold")
    pins = file.config.pins()
    if pins:
        yield heading("Pins")
        table = _table("GPIO", "Role", "Channel", "Second")
        for pin in pins:
            second = str(pin.channel2) if pin.channel2 else ""
            table.add_row(f"P{pin.gpio}", Text(pin.role), str(pin.channel), second)
        yield Padding(table, (0, 0, 0, 2))
    yield heading("Fields")
    values = file.config.values()
    yield Padding(_fields(values, show_secrets=show_secrets), (0, 0, 0, 2))


def _fields(values: Mapping[str, Value], *, show_secrets: bool) -> RenderableType:
    table = _table("Field", "Value")
    for name, value in values.items():
        if name in _PINS or _is_empty(value):
            continue
        words = _words(name, value, show_secrets=show_secrets)
        unit = find_field(name).unit
        table.add_row(name, Text(f"{words} x {unit}" if unit[:1].isdigit() else f"{words} {unit}"))
    return table


def _is_empty(value: Value) -> bool:
    """Whether a value was never set, so that it is not a secret."""
    plainly = value.reveal() if isinstance(value, Secret) else value
    if isinstance(plainly, tuple):
        return not any(plainly)
    return not plainly or plainly in _NOT_SET


def _words(name: str, value: Value, *, show_secrets: bool) -> str:
    if isinstance(value, frozenset):
        return ", ".join(f"{number} {flag_name(number)}" for number in sorted(value))
    shown = plain(name, value, show_secrets=show_secrets)
    if isinstance(shown, list):
        return ", ".join(str(each) for each in shown)
    return str(shown)


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for title in titles:
        table.add_column(Text(title), overflow="fold")
    return table


def _flags(value: Value) -> list[dict[str, Any]]:
    numbers = sorted(value) if isinstance(value, frozenset) else []
    return [{"number": number, "name": flag_name(int(number))} for number in numbers]


def _without_secrets(name: str, text: str) -> str:
    """A text without what is personal in it: all of it, the end of a name, parts of commands."""
    if name.startswith(_GAP):
        return REDACTED if _READABLE.search(bytes.fromhex(text)) else text
    field = _fields_by_name().get(name)
    if field is None or field.secret is None:
        return hide_text(text)
    if field.tail and _DEFAULT_NAME.fullmatch(text):
        return _MAC_TAIL.sub(lambda match: "x" * len(match[0]), text)
    return REDACTED if text and is_personal(field, text) else text


@cache
def _fields_by_name() -> Mapping[str, Field]:
    return {field.name: field for field in all_fields()}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _number(value: float) -> float | str:
    """A number for JSON, which has no infinity; a 4-byte float has seven significant digits."""
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else str(value)
    return value
