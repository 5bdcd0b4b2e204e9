"""Tuya's parameters (``user_param_key``, ``baud_cfg``): the values, flattened when nested.

The grammar is in ``parser``; ``format_parameters`` writes Tuya's own form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table

if TYPE_CHECKING:
    from bekenlab.errors import Notice

# Nested objects are dicts, lists are lists; both are plain JSON shapes.
ParameterValue = (
    str | int | float | bool | None | Sequence["ParameterValue"] | Mapping[str, "ParameterValue"]
)

_DECIMAL = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parsed parameters.

    Attributes:
        values: Values by name, nested as in the text. Numbers are int or float; tokens with
            leading zeros (``0505``, ``00ff``) and everything else unquoted are text.
        crc_ok: Whether the text's own ``crc`` is right; None when it has none.
        notices: What was odd or cut off.
    """

    values: Mapping[str, ParameterValue]
    crc_ok: bool | None
    notices: tuple[Notice, ...]

    def flat(self) -> dict[str, ParameterValue]:
        """Return the values with nested objects flattened and renamed to today's names.

        ``{"sw":{"ch":[{"rl":{"pin":{"value":5}}}]}}`` gives ``rl1_pin: 5``. Lists of plain
        values stay lists. A flat name of the text itself wins over a flattened one.
        """
        result: dict[str, ParameterValue] = {
            name: value for name, value in self.values.items() if not isinstance(value, Mapping)
        }
        for name, value in self.values.items():
            if isinstance(value, Mapping):
                _flatten(name, value, result)
        return result

    def integer(self, key: str) -> int | None:
        """Return the flat value of ``key`` as an integer; None when absent or no number.

        True and false count as 1 and 0; digits in a text (``"05"``) are decimal.
        """
        value = self.flat().get(key)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
            return int(value)
        return None


def parameter_crc(text: str | bytes) -> int:
    """Return the value of ``crc`` for parameters in Tuya's form, ``{name:value,...,}``.

    CRC-7 (polynomial x^7 + x^3 + 1, reflected, start 0) of the text without its ``crc`` entry
    and without the comma before ``}``: that of ``{a:1,b:2}`` for ``{a:1,b:2,crc:N,}``.
    Worked out on the 17 configurations in real dumps, all of which agree.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    raw = re.sub(rb",?crc:[0-9]{1,3},?\}$", b"}", raw)
    if raw.endswith(b",}"):
        raw = raw[:-2] + b"}"
    table, value = _crc_table(), 0
    for byte in raw:
        value = table[value ^ byte]
    return value


@cache
def _crc_table() -> bytes:
    return bytes(_crc_of(byte) for byte in range(256))


def _crc_of(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (0x48 if value & 1 else 0)
    return value


def _flatten(path: str, value: ParameterValue, result: dict[str, ParameterValue]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _flatten(f"{path}_{name}", inner, result)
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for index, inner in enumerate(value):
            _flatten(f"{path}_{index}", inner, result)
    else:
        result.setdefault(_flat_name(path), value)


@dataclass(frozen=True, slots=True)
class _Renames:
    prefix: str
    suffix: str
    rows: tuple[tuple[re.Pattern[str], str], ...]


@cache
def _renames() -> _Renames:
    table = read_table("tuya", "parameters.toml")
    rows = tuple((re.compile(row["from"]), row["to"]) for row in table["rename"])
    return _Renames(table["prefix"], table["suffix"], rows)


def _flat_name(path: str) -> str:
    renames = _renames()
    path = path.removeprefix(renames.prefix).removesuffix(renames.suffix)
    for pattern, target in renames.rows:
        match = pattern.fullmatch(path)
        if match:
            number = match[1] if match.groups() and match[1] else ""
            count = str(int(number) + 1) if number.isdigit() and len(number) < 5 else number
            return match.expand(target).replace("{n}", count)
    return path
