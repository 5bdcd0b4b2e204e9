"""Reads the log that Tuya's firmware prints on UART2 while it boots.

Formats and their sources are in ``data/boot_log.toml``. The log may have been captured from a real
device with any terminal program, or come from a virtual one; any part of it may be damaged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.chips.catalog import chip_for_environment, find_chip
from bekenlab.errors import Notice
from bekenlab.tuya.boot_log.clean import MAX_LOG, clean, decode, is_garbled, split_boots
from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.follow import PinProgress
from bekenlab.tuya.boot_log.merge import Boot, merge_boots, read_boot
from bekenlab.tuya.boot_log.model import BootLog, McuLink
from bekenlab.tuya.boot_log.records import Records, find_records
from bekenlab.tuya.boot_log.redact import find_secrets
from bekenlab.tuya.firmware import Firmware, FirmwareKind
from bekenlab.tuya.parameters.model import Parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

_SDK = re.compile(r"< (TuyaOS|TUYA IOT SDK) V:([\w.]{1,30}) ")
_OPENBEKEN = re.compile(r"(OpenB[A-Z0-9][A-Za-z0-9_]{1,12}), version (\S{1,60})")
# Lines that only OpenBeken prints, before its name or without it.
_OPENBEKEN_LINES = re.compile(
    r"\b(?:Info|Error|Warn|Debug|ExtraDebug):(?:MAIN|CFG|GEN|CMD|MQTT|HTTP|NTP|DRV|LFS|TuyaMCU):"
    r"|Entering initLog\(\)|Main_Init_(?:Before|After)_Delay|CFG_InitAndLoad:"
)
_ESPHOME = re.compile(r"ESPHome version (\d[\w.-]{2,20})")
_LIBRETINY = re.compile(r"LibreTiny v?(\d[\w.+-]{0,20})")
_PLATFORM = re.compile(r"BUILD AT:[^\n>]{1,120}? AT (\w{1,20}) >")
_COMPILED = re.compile(r"\[([A-Za-z]\w{4,63})\] \[(\d{1,3}\.\d{1,3}\.\d{1,3})\] compiled at ")
_NAMED = re.compile(
    r"\]\[[^\]\n]{1,60}\] (?:Firmware name )?"
    r"([A-Za-z]\w{4,63})[: ](\d{1,3}\.\d{1,3}\.\d{1,3})(?=\n|\tDate:)"
)
_COMPONENT = ("_version", "_ver")
_KV_ADDRESS = re.compile(r"key_addr: (0x[0-9a-fA-F]{1,8}) {1,8}block_sz")


def parse_boot_log(log: str | bytes) -> BootLog:
    """Read a boot log.

    Args:
        log: As captured: with or without timestamps, colours, carriage returns, its beginning or
            end; several boots in a row; or no log at all. At most the last 4 MiB are read.

    Returns:
        Its contents, and notices about the rest. A value that a cut or another task's message may
        have shortened is left out, since half a pin number is a different pin.
    """
    captured = decode(log)
    text = clean(captured)
    parts = split_boots(text)
    records = [find_records(part) for part in parts]
    boots = [
        _boot(part, found, number)
        for number, (part, found) in enumerate(zip(parts, records, strict=True))
    ]
    merged = merge_boots(boots)
    notices = list(merged.notices) if merged else []
    notices += _about_capture(log)
    firmware = _firmware(text, parts[merged.number] if merged else text)
    loader, banner_chip = _loader(text)
    crc_ok = records[merged.number].crc_ok if merged else None
    values = dict(merged.values) if merged else {}
    return BootLog(
        firmware=firmware,
        loader=loader,
        chip=banner_chip or _chip(firmware),
        kv_address=_kv_address(text),
        parameters=Parameters(values, crc_ok, ()),
        sources=dict(merged.sources) if merged else {},
        mcu=_mcu(text),
        boots=len(boots) if text.strip() else 0,
        complete=merged is not None and merged.complete,
        secrets=find_secrets(captured),
        notices=tuple(notices),
    )


def _boot(text: str, records: Records, number: int) -> Boot:
    progress = PinProgress()
    progress.follow(text[: text.rfind("\n") + 1], records)
    firmware = _firmware(text, text)
    identity = (firmware.name, firmware.version) if firmware else (None, None)
    return read_boot(records, number, identity, complete=progress.complete)


def _about_capture(log: str | bytes) -> Iterator[Notice]:
    if len(log) > MAX_LOG:
        yield Notice("log-limit", "The log is longer than 4 MiB; only its end was read.")
    if is_garbled(log):
        text = "Much of the log is not text: the baud rate was wrong at times, it must be 115200."
        yield Notice("log-garbled", text)


def _firmware(text: str, chosen: str) -> Firmware | None:
    """Identity as printed in the chosen boot, or else anywhere in the capture."""
    for place in (chosen, text):
        openbeken = _OPENBEKEN.search(place)
        if openbeken:
            return Firmware(FirmwareKind.OPENBEKEN, openbeken[1], openbeken[2])
        if _OPENBEKEN_LINES.search(place):
            return Firmware(FirmwareKind.OPENBEKEN)
        sdk = _SDK.search(place)
        named = _name(place)
        if sdk or named:
            platform = _PLATFORM.search(place)
            return Firmware(
                FirmwareKind.TUYA,
                named[0] if named else None,
                named[1] if named else None,
                f"{sdk[1]} {sdk[2]}" if sdk else None,
                platform[1].lower() if platform else None,
            )
    return _other(text)


def _other(text: str) -> Firmware | None:
    """LibreTiny, and ESPHome on it."""
    esphome, libretiny = _ESPHOME.search(text), _LIBRETINY.search(text)
    sdk = f"LibreTiny {libretiny[1]}" if libretiny else None
    if esphome:
        return Firmware(FirmwareKind.OTHER, "ESPHome", esphome[1], sdk)
    return Firmware(FirmwareKind.OTHER, "LibreTiny", None, sdk) if libretiny else None


def _name(text: str) -> tuple[str, str] | None:
    compiled = _COMPILED.search(text)
    if compiled:
        return compiled[1], compiled[2]
    pairs = [match.groups() for match in _NAMED.finditer(text)]
    names = [(name, version) for name, version in pairs if not name.endswith(_COMPONENT)]
    known = [pair for pair in names if re.match(r"(?:oem_)?bk7\d", pair[0])]
    return next(iter([*known, *names]), None)


def _loader(text: str) -> tuple[str | None, str | None]:
    for pattern, chip in boot_log_facts().loaders:
        match = pattern.search(text)
        if match:
            return match[1], chip or None
    return None, None


def _chip(firmware: Firmware | None) -> str | None:
    """The chip the SDK was built for, or else the chip in the firmware's name."""
    if firmware is None:
        return None
    platform = firmware.platform or ""
    found = chip_for_environment(platform) or find_chip(platform)
    if found:
        return found.name
    name = firmware.name or ""
    rows = boot_log_facts().name_chips
    return next((chip for pattern, chip in rows if pattern.match(name)), None)


def _kv_address(text: str) -> int | None:
    addresses = _KV_ADDRESS.findall(text)
    return int(addresses[-1], 16) if addresses else None


def _mcu(text: str) -> McuLink | None:
    """Signs of a second controller; the last baud rate of the strongest kind is used."""
    facts = boot_log_facts()
    evidence: list[str] = []
    best: tuple[int, int, int] | None = None
    for kind, strength, pattern in facts.mcu:
        for match in pattern.finditer(text):
            baud = int(match["baud"]) if "baud" in pattern.groupindex else None
            if baud is not None and baud not in facts.bauds:
                continue
            evidence.append(kind)
            if baud is not None:
                best = max(best or (-1, 0, 0), (strength, match.start(), baud))
    if not evidence:
        return None
    return McuLink(best[2] if best else None, tuple(dict.fromkeys(evidence)))
