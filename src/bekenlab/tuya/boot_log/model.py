"""The contents of a boot log: identity, parameters with their sources, and secrets."""

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
    """The record of the log that a parameter comes from.

    Attributes:
        family: Kind of record: ``"key_list"``, ``"key_length"``, ``"uf_string"``, ``"p_config"``,
            ``"p_buf"``, ``"oem_cfg"``, ``"config_block"``, ``"io_lines"`` or ``"old_line"``; see
            ``data/boot_log.toml``.
        truncated: Whether the record was cut off; the value itself is complete.
        certain: False for a guess from a record whose meaning is uncertain.
        boot: Index of the boot in the capture, from 0.
    """

    family: str
    truncated: bool
    certain: bool
    boot: int


@dataclass(frozen=True, slots=True)
class McuLink:
    """Signs of a second controller on UART1 (TuyaMCU).

    Attributes:
        baud: Baud rate of the link, or None if the log does not give it.
        evidence: The signs found: ``"baud"``, ``"adapter"``, ``"heartbeat"``, ``"firmware"``.
    """

    baud: int | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogSecret:
    """A personal value in the log.

    Attributes:
        kind: ``"key"``, ``"bytes"``, ``"ssid"``, ``"password"``, ``"token"``, ``"uuid"``,
            ``"device_id"`` or ``"mac"`` (the device's half only), or another kind of
            docs/redact.md.
        value: The text as printed, e.g. ``0x12 0x34``.
    """

    kind: str
    value: Secret


@dataclass(frozen=True, slots=True)
class BootLog:
    """The contents of a boot log, without the text itself.

    Attributes:
        firmware: Identity of the app, or None if the log does not give it.
        loader: Name the boot loader prints, e.g. ``"BK7231S_1.0.5"``, or None.
        chip: Chip according to the banner, the SDK or the firmware's name, or None.
        kv_address: Physical address of the key-value storage's key block, or None.
        parameters: All parameters, flat; ``crc_ok`` is for a complete text in the log.
        sources: Source of each parameter, by name.
        mcu: Signs of a second controller, or None.
        boots: Number of boots in the capture; 0 if it is empty.
        complete: Whether a whole list of pins was printed, and something after it.
        secrets: Personal values, in order, each once.
        notices: Warnings about what was cut off, contradictory or left out.
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
        """Module name from the configuration, e.g. ``"CB2S"``, or None."""
        name = self.parameters.values.get("module")
        return name if isinstance(name, str) else None
