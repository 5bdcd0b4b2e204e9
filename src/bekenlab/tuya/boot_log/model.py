"""What a boot log said: identity, parameters and where each came from, secrets kept secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.errors import Notice
    from bekenlab.secret import Secret
    from bekenlab.tuya.firmware import Firmware
    from bekenlab.tuya.parameters.model import Parameters


@dataclass(frozen=True, slots=True)
class ParameterSource:
    """Which record of the log gave a parameter.

    Attributes:
        family: Kind of record: ``"key_list"``, ``"key_length"``, ``"uf_string"``, ``"p_config"``,
            ``"p_buf"``, ``"oem_cfg"``, ``"config_block"``, ``"io_lines"`` or ``"old_line"``; see
            ``data/boot_log.toml``.
        truncated: Whether the record was cut; the value itself is whole.
        certain: False for a guess from a record whose meaning is not known for sure.
        boot: Number of the boot in the capture, from 0.
    """

    family: str
    truncated: bool
    certain: bool
    boot: int


@dataclass(frozen=True, slots=True)
class McuLink:
    """Signs of a second controller on UART1 (TuyaMCU).

    Attributes:
        baud: Speed of the link, or None when the log names none.
        evidence: What gave it away: ``"baud"``, ``"adapter"``, ``"heartbeat"``, ``"firmware"``.
    """

    baud: int | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogSecret:
    """Something personal in the log.

    Attributes:
        kind: ``"key"``, ``"bytes"``, ``"ssid"``, ``"password"``, ``"token"``, ``"uuid"``,
            ``"device_id"`` or ``"mac"`` (the device's half only).
        value: The text as printed, e.g. ``0x12 0x34``.
    """

    kind: str
    value: Secret


@dataclass(frozen=True, slots=True)
class BootLog:
    """What a boot log says. The text itself is not kept.

    Attributes:
        firmware: Identity of the app, or None when the log names nothing of it.
        loader: Boot loader as it names itself, e.g. ``"BK7231S_1.0.5"``, or None.
        chip: Chip the banner, the SDK or the firmware's name points to, or None.
        kv_address: Physical address of the key-value storage's key block, or None.
        parameters: All parameters, flat; ``crc_ok`` is that of a whole text in the log.
        sources: Where each parameter comes from, by name.
        mcu: Signs of a second controller, or None.
        boots: How many boots the capture holds; 0 for one without any known record.
        complete: Whether every record of a list with pins came, and something followed it.
        secrets: Personal things, in order, each once.
        notices: What was cut off, contradicts itself or was left out.
    """

    firmware: Firmware | None
    loader: str | None
    chip: str | None
    kv_address: int | None
    parameters: Parameters
    sources: Mapping[str, ParameterSource] = field(default_factory=dict)
    mcu: McuLink | None = None
    boots: int = 0
    complete: bool = False
    secrets: tuple[LogSecret, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def module(self) -> str | None:
        """Module name the configuration gives, e.g. ``"CB2S"``, or None."""
        name = self.parameters.values.get("module")
        return name if isinstance(name, str) else None
