"""The JSON report's contract (docs/json.md, schema 1): every field, its type, and nothing missing.

A shape is a type, a set of allowed values, ``[shape]`` for a list of any length, a tuple of shapes
for a list of exactly these, a dict of fields that must be there, or ``Maybe(shape)`` for null.
Fields beyond those named are welcome.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Maybe:
    shape: object


SOURCES = {"storage", "protected", "oem_cfg", "boot_log", "pin_list", "behaviour"} | {
    "firmware_default"
}
RANGE = (int, int)
FILE = {"name": str, "size": int, "sha256": str}
ERROR = {"code": str, "message": str, "hint": str, "exit": int}
CONTAINER = {"name": str, "version": str, "ok": bool}
IMAGE = {
    "chip": Maybe(str),
    "chip_evidence": [str],
    "rotation": int,
    "encryption": {"tuya", "plain", "recovered", "unknown"},
    "bootloader": {"name": Maybe(str), "crc32": Maybe(str)},
    "partitions": [{"name": str, "physical": RANGE, "container": Maybe(CONTAINER)}],
    "mac": Maybe(str),
}
FIRMWARE = {
    "name": Maybe(str),
    "version": Maybe(str),
    "sdk": Maybe(str),
    "kind": {"tuya", "openbeken", "other"},
}
STORAGE = {
    "physical": RANGE,
    "blocks": int,
    "keys": [{"name": str, "length": int, "ok": bool, "secret": bool}],
}
TUYA = {
    "storage": Maybe(STORAGE),
    "parameters": Maybe(dict),
    "parameters_source": Maybe(SOURCES),
    "mcu": Maybe({"baud": int}),
}
PIN = {
    "gpio": int,
    "role": str,
    "channel": int,
    "polarity": Maybe({"active_high", "active_low"}),
    "evidence": [{"source": SOURCES, "key": str}],
}
TEMPLATE = {
    "vendor": str,
    "name": str,
    "model": str,
    "chip": str,
    "board": str,
    "pins": dict,
    "command": str,
    "flags": str,
}
REPORT: dict[str, Any] = {
    "schema": {1},
    "file": FILE,
    "image": IMAGE,
    "firmware": FIRMWARE,
    "tuya": TUYA,
    "module": Maybe(str),
    "pins": [PIN],
    "openbeken": {"template": TEMPLATE},
    "warnings": [{"code": str, "message": str}],
}
UNREAD = {
    "schema": {1},
    "file": {"name": str, "size": Maybe(int), "sha256": Maybe(str)},
    "error": ERROR,
}


def violations(value: Any, shape: Any, place: str = "report") -> list[str]:
    """Everything in which a value differs from a shape; empty when it fits."""
    if isinstance(shape, Maybe):
        return [] if value is None else violations(value, shape.shape, place)
    if isinstance(shape, set):
        return [] if value in list(shape) else [f"{place} is {value!r}"]
    if isinstance(shape, type):
        return [] if type(value) is shape else [f"{place} is {value!r}, no {shape.__name__}"]
    if isinstance(shape, dict):
        return _in_object(value, shape, place)
    return _in_list(value, shape, place)


def _in_object(value: Any, fields: dict[str, Any], place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place} is {value!r}, no object"]
    found = [f"{place}.{name} is missing" for name in fields if name not in value]
    for name in fields.keys() & value.keys():
        found += violations(value[name], fields[name], f"{place}.{name}")
    return found


def _in_list(value: Any, shape: list[Any] | tuple[Any, ...], place: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{place} is {value!r}, no list"]
    if isinstance(shape, tuple) and len(shape) != len(value):
        return [f"{place} has {len(value)} members"]
    shapes = shape if isinstance(shape, tuple) else shape * len(value)
    found = []
    for number, (inner, each) in enumerate(zip(value, shapes, strict=True)):
        found += violations(inner, each, f"{place}[{number}]")
    return found


def check(report: dict[str, Any]) -> None:
    """Fail with everything in which a report breaks the contract."""
    found = violations(report, REPORT)
    if "error" in report:
        found += violations(report["error"], ERROR, "report.error")
    assert not found, "\n".join(found)


def check_unread(report: dict[str, Any]) -> None:
    """The same for the line of a file that could not be read."""
    found = violations(report, UNREAD)
    assert not found, "\n".join(found)
