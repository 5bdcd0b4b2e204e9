"""Reports on a device on the network, as JSON (fields are documented in docs/json.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bekenlab.openbeken.flags import flag_name, flags_from_number
from bekenlab.report.config_report import device_name, plain
from bekenlab.secret import mask_mac

if TYPE_CHECKING:
    from bekenlab.jobs.lan.pins import PinsReport
    from bekenlab.jobs.lan.scan import ScanReport
    from bekenlab.lan.replies import CommandReply, DeviceInfo
    from bekenlab.openbeken.settings import PinSetting

_MAC = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")


def device_json(info: DeviceInfo, *, show_secrets: bool = False) -> dict[str, Any]:
    """A device's identity. A name may end in its MAC address; that end is hidden as well."""
    return {
        "short_name": device_name(info.short_name, show_secrets=show_secrets),
        "chip": info.chipset,
        "version": info.version,
        "build": info.build,
        "mac": shown_mac(info.mac, show_secrets=show_secrets),
        "ip": info.ip,
        "uptime_seconds": info.uptime,
    }


def shown_mac(mac: str, *, show_secrets: bool) -> str:
    """A MAC address as it may be shown; empty if the text is not one."""
    if not _MAC.fullmatch(mac):
        return ""
    return mac.lower() if show_secrets else mask_mac(mac.lower())


def info_json(info: DeviceInfo, *, show_secrets: bool = False) -> dict[str, Any]:
    """What ``obk info`` found."""
    return {
        **device_json(info, show_secrets=show_secrets),
        "mqtt_host": info.mqtt_host,
        "mqtt_topic": device_name(info.mqtt_topic, show_secrets=show_secrets),
        "flags_low": [
            {"number": number, "name": flag_name(number)}
            for number in sorted(flags_from_number(info.flags))
        ],
        "startup_command": plain(
            "startup_command", info.startup_command, show_secrets=show_secrets
        ),
    }


def scan_json(report: ScanReport, *, show_secrets: bool = False) -> dict[str, Any]:
    """What ``obk scan`` found."""
    return {
        "networks": [str(network) for network in report.networks],
        "asked": report.asked,
        "devices": [
            {
                "host": str(seen.host),
                "locked": seen.info is None,
                **(device_json(seen.info, show_secrets=show_secrets) if seen.info else {}),
            }
            for seen in report.found
        ],
    }


def setting_json(pin: PinSetting) -> dict[str, Any]:
    """One pin, as in ``config show``."""
    return {
        "gpio": pin.gpio,
        "role": pin.role,
        "channel": pin.channel,
        "channel2": pin.channel2,
    }


def pins_json(report: PinsReport) -> dict[str, Any]:
    """What ``obk pins`` found."""
    return {
        "gpios": report.count,
        "pins": [{**setting_json(pin.setting), "state": pin.state} for pin in report.pins],
    }


def command_json(reply: CommandReply) -> dict[str, Any]:
    """What ``obk command`` got as an answer."""
    return {"message": reply.message, "answer": reply.result, "text": reply.text}
