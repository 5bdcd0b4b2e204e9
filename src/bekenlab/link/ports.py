"""Lists and classifies the serial ports of this computer, without opening any of them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.data import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serial.tools.list_ports_common import ListPortInfo


class PortKind(StrEnum):
    """The kind of device behind a port, judged by its USB ids."""

    ADAPTER = "adapter"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port.

    Attributes:
        device: Name to open, e.g. ``"/dev/ttyUSB0"`` or ``"COM5"``.
        kind: Whether it is a USB-serial adapter, something else, or unknown.
        name: Its name, e.g. ``"CH340"``.
        usb_id: ``"1A86:7523"``, or an empty string.
        serial_number: Of the adapter, or an empty string.
        driver: Kernel driver, or an empty string where the system does not reveal it.
        busy: The process that has it open, or an empty string.
        fix: What to do before it can be opened, or an empty string if nothing is needed.
    """

    device: str
    kind: PortKind
    name: str
    usb_id: str
    serial_number: str
    driver: str
    busy: str
    fix: str

    @property
    def adapter_key(self) -> str:
        """Identifies the adapter even after replugging, for data stored about it."""
        return f"{self.usb_id}:{self.serial_number}" if self.usb_id else self.device


def list_ports() -> tuple[Port, ...]:
    """All ports, adapters first and built-in ports of the mainboard last."""
    # Imported here, because it inspects the system when it is imported.
    from serial.tools import list_ports as system

    found: Iterable[ListPortInfo] = system.comports()
    ports = [_port(info) for info in found]
    order = list(PortKind)
    return tuple(sorted(ports, key=lambda p: (order.index(p.kind), not p.usb_id, p.device)))


def kind_of(vid: int | None, pid: int | None) -> tuple[PortKind, str]:
    """Kind and name of a device by its USB ids; the name is empty if the table has none."""
    if vid is None or pid is None:
        return PortKind.UNKNOWN, ""
    for kind in (PortKind.ADAPTER, PortKind.FOREIGN):
        table = _known()[kind]
        name = table.get(f"{vid:04X}:{pid:04X}") or table.get(f"{vid:04X}:*")
        if name:
            return kind, name
    return PortKind.UNKNOWN, ""


def _port(info: ListPortInfo) -> Port:
    kind, name = kind_of(info.vid, info.pid)
    return Port(
        device=info.device,
        kind=kind,
        name=name or info.product or info.description or "",
        usb_id=f"{info.vid:04X}:{info.pid:04X}" if info.vid is not None else "",
        serial_number=info.serial_number or "",
        driver=_driver(info.device),
        busy=_holder(info.device),
        fix=permission_fix(info.device),
    )


def permission_fix(device: str, *, platform: str = sys.platform) -> str:
    """What this user must do to get permission to open a device; empty if nothing."""
    if platform == "win32" or os.access(device, os.R_OK | os.W_OK):
        return ""
    if not Path(device).exists():
        return ""
    group = _group(device)
    if platform.startswith("linux") and group and group != "root":
        return f"sudo usermod -aG {group} $USER   (then log out and in)"
    return f"sudo chmod a+rw {device}   (until it is plugged in again)"


def _group(device: str) -> str:
    import grp  # POSIX only

    try:
        return grp.getgrgid(Path(device).stat().st_gid).gr_name
    except (KeyError, OSError):
        return ""


def _driver(device: str) -> str:
    """Kernel driver, from /sys on Linux; other systems do not reveal it to users."""
    link = Path("/sys/class/tty") / Path(device).name / "device" / "driver"
    try:
        return link.resolve(strict=True).name
    except OSError:
        return ""


def _holder(device: str) -> str:
    """The process that has the device open, as far as this user can see (Linux)."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            held = any(str(fd.readlink()) == device for fd in (folder / "fd").iterdir())
            if held:
                command = (folder / "comm").read_text().strip()
                return f"{command} (process {folder.name})"
        except OSError:
            continue  # gone meanwhile, or another user's
    return ""


@cache
def _known() -> dict[PortKind, dict[str, str]]:
    tables = read_table("link", "adapters.toml")
    return {
        PortKind.ADAPTER: _rows(tables["adapters"]),
        PortKind.FOREIGN: _rows(tables["foreign"]),
    }


def _rows(text: str) -> dict[str, str]:
    rows = (line.split(None, 1) for line in text.splitlines() if line)
    return {ids.upper(): name for ids, name in rows}
