"""A chip as its firmware sees it: rows of ``data/*.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from bekenlab.data import read_table, table_names
from bekenlab.errors import UnsupportedError
from bekenlab.machine.memory import Memory


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A range of addresses that answers even where no device is attached.

    Attributes:
        name: For example ``"radio"``.
        base: First address.
        size: Bytes.
        model: Device model that answers, e.g. ``"radio"``.
        irq: Interrupt line, or None.
        options: Further settings of the model.
    """

    name: str
    base: int
    size: int
    model: str
    irq: int | None
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A peripheral.

    Attributes:
        name: For example ``"uart2"``.
        model: For example ``"uart"``.
        base: First address.
        size: Bytes, a multiple of 64.
        irq: Interrupt line, or None.
        options: Further settings of the model.
    """

    name: str
    model: str
    base: int
    size: int
    irq: int | None
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChipProfile:
    """Everything the machine needs to know about a chip.

    Attributes:
        name: For example ``"BK7231N"``.
        rate: Instructions per device second.
        access_ticks: Cost of a peripheral access in addition to its instruction.
        flash_limit: First address after the flash.
        app: Logical address of the application.
        presets: RAM words the boot loader leaves for the application.
        relays: Whether the boot loader's vectors relay exceptions to the application, and raise the
            return address of a software interrupt by 4, which the application expects.
        memories: Plain memories, except the flash.
        windows: Peripheral ranges.
        devices: Peripherals.
    """

    name: str
    rate: int
    access_ticks: int
    flash_limit: int
    app: int
    presets: dict[int, int]
    relays: bool
    memories: tuple[Memory, ...]
    windows: tuple[WindowRow, ...]
    devices: tuple[DeviceRow, ...]


def profile_names() -> tuple[str, ...]:
    """Names of the chips that can be booted, e.g. ``"BK7231N"``."""
    return tuple(sorted(_index()))


@cache
def load_profile(name: str) -> ChipProfile:
    """The profile of a chip by its name, in upper or lower case.

    Raises:
        UnsupportedError: Unknown chip.
    """
    file = _index().get(name.upper())
    if file is None:
        raise UnsupportedError(
            f"No virtual chip for {name}.",
            hint="Known: " + ", ".join(profile_names()),
            chip=name,
        )
    return _profile(name.upper(), _merged(file))


@cache
def _index() -> dict[str, str]:
    """Chip names to the stem of the file that describes them."""
    found = {}
    for name in table_names("machine"):
        names = read_table("machine", name)["names"]
        found.update(dict.fromkeys(names, name.removesuffix(".toml")))
    return found


def _merged(stem: str) -> dict[str, Any]:
    """A file merged into the one it is based on: tables by name, other values replaced."""
    data = read_table("machine", f"{stem}.toml")
    if "based_on" not in data:
        return data
    base = _merged(data["based_on"])
    for key in ("memory", "window", "device"):
        rows = {row["name"]: row for row in base.get(key, [])}
        for row in data.get(key, []):
            if row.get("absent"):
                rows.pop(row["name"], None)
            else:
                rows[row["name"]] = {**rows.get(row["name"], {}), **row}
        data[key] = list(rows.values())
    return {**base, **data}


def _profile(name: str, data: dict[str, Any]) -> ChipProfile:
    return ChipProfile(
        name=name,
        rate=data["instructions_per_second"],
        access_ticks=data["access_ticks"],
        flash_limit=data["flash_limit"],
        app=data["app"],
        presets={int(key, 0): value for key, value in data.get("presets", {}).items()},
        relays=data.get("relays", False),
        memories=tuple(Memory(**row) for row in data["memory"]),
        windows=tuple(_window(dict(row)) for row in data["window"]),
        devices=tuple(_device(dict(row)) for row in data["device"]),
    )


def _window(row: dict[str, Any]) -> WindowRow:
    return WindowRow(
        row.pop("name"),
        row.pop("base"),
        row.pop("size"),
        row.pop("model", "plain"),
        row.pop("irq", None),
        row,
    )


def _device(row: dict[str, Any]) -> DeviceRow:
    name = row.pop("name")
    return DeviceRow(
        name,
        row.pop("model", name),
        row.pop("base"),
        row.pop("size"),
        row.pop("irq", None),
        row,
    )
