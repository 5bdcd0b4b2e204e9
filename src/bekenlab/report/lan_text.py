"""Reports on a device on the network, for a terminal of 80 columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from bekenlab.openbeken.flags import flag_name, flags_from_number
from bekenlab.report.config_report import device_name, plain
from bekenlab.report.labelled import labelled
from bekenlab.report.lan_json import shown_mac
from bekenlab.report.printable import Printable, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bekenlab.jobs.lan.pins import PinsReport
    from bekenlab.jobs.lan.scan import ScanReport
    from bekenlab.lan.replies import CommandReply, DeviceInfo


def scan_text(report: ScanReport, *, show_secrets: bool = False) -> RenderableType:
    """What ``obk scan`` found."""
    where = ", ".join(str(network) for network in report.networks)
    if not report.found:
        asked = "1 address" if report.asked == 1 else f"{report.asked} addresses"
        return Text(f"no OpenBeken device among {asked} of {where}")
    table = lines("Address", "Name", "Chip", "Version", "MAC")
    for seen in report.found:
        if seen.info is None:
            table.add_row(str(seen.host), Text("requires a password", style="dim"), "", "", "")
            continue
        name = device_name(seen.info.short_name, show_secrets=show_secrets)
        mac = shown_mac(seen.info.mac, show_secrets=show_secrets)
        cells = (str(seen.host), str(name), seen.info.chipset, seen.info.version, mac)
        table.add_row(*(Text(cell) for cell in cells))
    return Printable(table)


def device_text(info: DeviceInfo, *, show_secrets: bool = False) -> Table:
    """What ``obk info`` found."""
    secrets = {"show_secrets": show_secrets}
    flags = sorted(flags_from_number(info.flags))
    pairs = [
        ("Name", str(device_name(info.short_name, **secrets))),
        ("Chip", info.chipset),
        ("Firmware", f"OpenBeken {info.version}".rstrip()),
        ("Build", info.build),
        ("MAC", shown_mac(info.mac, **secrets) or "not known"),
        ("Running", duration(info.uptime)),
        ("MQTT", f"{_broker(info)}, topic {plain('mqtt_client', info.mqtt_topic, **secrets)}"),
        ("Flags", ", ".join(f"{n} {flag_name(n)}" for n in flags) or "none of the first 32"),
    ]
    startup = str(plain("startup_command", info.startup_command, **secrets))
    return labelled([*pairs, *([("Startup", startup)] if startup else [])])


def _broker(info: DeviceInfo) -> str:
    """The MQTT broker; without one, the device only reports the port."""
    return "no broker" if info.mqtt_host.startswith(":") else info.mqtt_host


def pins_text(report: PinsReport) -> RenderableType:
    """What ``obk pins`` found."""
    if not report.pins:
        return Text(f"none of the {report.count} pins has a role")
    table = lines("GPIO", "Role", "Channel", "Second", "Value")
    for pin in report.pins:
        setting = pin.setting
        second = str(setting.channel2) if setting.channel2 else ""
        cells = (f"P{setting.gpio}", setting.role, str(setting.channel), second, str(pin.state))
        table.add_row(*(Text(cell) for cell in cells))
    return Printable(table)


def command_text(reply: CommandReply) -> RenderableType:
    """What ``obk command`` got as an answer."""
    if reply.result is not None:
        return Text(printable(json.dumps(reply.result, indent=2, ensure_ascii=False)))
    return Text(printable("\n".join(filter(None, (reply.message, reply.text)))))


def lines(*titles: str) -> Table:
    """A table without a frame."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for title in titles:
        table.add_column(Text(title), overflow="fold")
    return table


def duration(seconds: int) -> str:
    """``3 d 4 h``, ``12 min``, ``40 s``."""
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
