"""One understood file as rows of the tables."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR, find_chip
from bekenlab.corpus.fingerprint import fingerprint
from bekenlab.image import EncryptionState, cipher, rf
from bekenlab.openbeken import role_of_pin
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Source
from bekenlab.secrecy.hide import hide_values
from bekenlab.secret import mask_mac

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.subject import Subject
    from bekenlab.corpus.fingerprint import Fingerprint
    from bekenlab.image import Image
    from bekenlab.pins import Pin, PinMap
    from bekenlab.tuya.storage.model import Storage

Said = tuple[str, dict[str, Any]]
"""A table, and a row of it."""


def rows_of(dump: str, subject: Subject, salt: bytes) -> Iterator[Said]:
    """The rows of one content.

    Args:
        dump: Its name in all tables.
        subject: What it says about a device.
        salt: The corpus' own; without it, nobody can try what a hash was made of.
    """
    pins = subject.pins if subject.pins is not None else pins_from_template(subject.template)
    row = _subject_row(subject, pins)
    analysis = subject.analysis
    if analysis is not None:
        row |= _analysis_row(analysis, salt)
        yield from _details(dump, analysis, row, salt)
    yield "dumps", {**row, "dump": dump, "name": subject.name}
    yield from (("pins", _pin_row(dump, pin)) for pin in pins.pins)
    notices = analysis.notices if analysis else subject.notices
    for notice in notices:
        yield "warnings", {"dump": dump, "code": notice.code, "message": notice.message}


def _subject_row(subject: Subject, pins: PinMap) -> dict[str, Any]:
    return {
        "kind": _kind(subject),
        "chip": subject.chip,
        "module": subject.module,
        "firmware": subject.firmware,
        "mcu_baud": pins.mcu_baud,
        "pin_source": str(subject.source) if subject.source else None,
        "pin_count": len(pins.pins),
        "not_understood": len(pins.not_understood),
        "layout": layout_of(pins),
        "problem": subject.problem.code if subject.problem else None,
    }


def _kind(subject: Subject) -> str:
    if subject.log is not None:
        return "log"
    if subject.report is not None:
        return "report"
    if subject.analysis is None:
        return "openbeken"
    return "dump" if subject.analysis.image is not None else "configuration"


def layout_of(pins: PinMap) -> str | None:
    """All pins in one text, the same for devices that are connected alike; None without pins."""
    settings = sorted((pin.gpio, setting_of(pin)) for pin in pins.pins)
    return " ".join(f"{gpio}={text}" for gpio, text in settings) or None


def setting_of(pin: Pin) -> str:
    """A pin as OpenBeken has it: ``"Rel_n;1"``; ``"None"`` and its label where it has no role."""
    if pin.role == "None":
        return f"None:{pin.label}".replace(" ", "_")
    return f"{role_of_pin(pin)};{pin.channel}"


def _pin_row(dump: str, pin: Pin) -> dict[str, Any]:
    sources = dict.fromkeys(str(said.source) for said in pin.evidence)
    return {
        "dump": dump,
        "gpio": pin.gpio,
        "role": pin.role,
        "channel": pin.channel,
        "level": str(pin.polarity) if pin.polarity else None,
        "assumed": pin.assumed,
        "label": pin.label,
        "setting": setting_of(pin),
        "source": " ".join(sources),
        "keys": " ".join(dict.fromkeys(said.key for said in pin.evidence)),
    }


def _analysis_row(analysis: Analysis, salt: bytes) -> dict[str, Any]:
    firmware, tuya = analysis.firmware, analysis.tuya
    storage = tuya.storage
    return {
        "size": analysis.file.size,
        "firmware": firmware.name,
        "firmware_version": firmware.version,
        "sdk": firmware.sdk,
        "firmware_kind": str(firmware.kind) if analysis.image is not None else None,
        "storage": _storage_state(analysis),
        "storage_blocks": storage.good_blocks if storage else None,
        "bad_blocks": len(storage.bad_blocks) if storage else None,
        "product": tuya.product.id or None,
        "schema": tuya.product.schema.id if tuya.product.schema else None,
        "booted": _booted(analysis),
        **(_image_row(analysis.image, analysis.chip.name, salt) if analysis.image else {}),
    }


def _booted(analysis: Analysis) -> bool:
    """Whether the firmware ran in the virtual chip, be it that its log names no pins."""
    said = any(said.source is Source.BOOT_LOG for said in analysis.tuya.statements)
    return said or any(notice.code == "boot-without-pins" for notice in analysis.tuya.notices)


def _storage_state(analysis: Analysis) -> str | None:
    if analysis.image is None:
        return None
    storage = analysis.tuya.storage
    if storage is None:
        return "psm" if analysis.tuya.psm else "none"
    whole = not storage.bad_blocks and all(value.ok for value in storage.values.values())
    return "whole" if whole else "damaged"


def _image_row(image: Image, chip: str | None, salt: bytes) -> dict[str, Any]:
    mac = image.rf.mac if image.rf else None
    loader = image.loader
    coded = bool(image.spans) and image.encryption.state is not EncryptionState.UNKNOWN
    return {
        "encryption": str(image.encryption.state) if coded else "unknown",
        "loader": loader.known.name if loader and loader.known else None,
        "loader_crc32": loader.crc32 if loader else None,
        "rotation": image.rotation,
        "rf": _rf_state(image, chip),
        "mac_maker": mask_mac(mac) if mac else None,
        "device": salted(mac.encode(), salt) if mac else None,
        "tx_power": image.rf.has_power_tables if image.rf else None,
    }


def _rf_state(image: Image, chip_name: str | None) -> str | None:
    """What is where the RF data belong; None if that place is unknown, or not in the file."""
    chip = find_chip(chip_name) if chip_name else None
    if chip is None:
        return None
    sector = image.read(chip.rf_address, chip.rf_address + SECTOR)
    if len(sector) < SECTOR:
        return None
    found = rf.check(sector)
    if found is not rf.RfState.PRESENT and image.rf is not None:
        return "elsewhere"
    return str(found)


def salted(value: bytes, salt: bytes) -> str:
    """A hash that is equal for equal values of one corpus, and means nothing outside it."""
    return hmac.new(salt, value, hashlib.sha256).hexdigest()[:16]


def _details(dump: str, analysis: Analysis, row: dict[str, Any], salt: bytes) -> Iterator[Said]:
    image, tuya = analysis.image, analysis.tuya
    if image is not None:
        yield from _partitions(dump, image)
        print_of_app = app_of(image)
        if print_of_app is not None:
            row["app"] = print_of_app.app
            yield (
                "firmware",
                {
                    "app": print_of_app.app,
                    "firmware": analysis.firmware.name,
                    "firmware_version": analysis.firmware.version,
                    "sdk": analysis.firmware.sdk,
                    "kind": str(analysis.firmware.kind),
                    "chip": analysis.chip.name,
                    "size": print_of_app.size,
                    "functions": print_of_app.functions,
                    "sectors": list(print_of_app.sectors),
                    "sketch": list(print_of_app.sketch),
                },
            )
    if tuya.storage is not None:
        yield from _keys(dump, tuya.storage, salt)
    for said in tuya.statements:
        for name, value in _flat(said.parameters.values):
            yield (
                "parameters",
                {"dump": dump, "source": str(said.source), "name": name, "value": value},
            )
    if tuya.product.schema is not None:
        recovered = tuya.product.schema.recovered
        for point in tuya.product.schema.points:
            number = point.kind == "value"
            yield (
                "data_points",
                {
                    "dump": dump,
                    "id": point.id,
                    "mode": str(point.mode),
                    "type": point.kind,
                    "words": " ".join(point.words) or None,
                    "min": point.least if number else None,
                    "max": point.most if number else None,
                    "scale": point.scale if number else None,
                    "step": point.step if number else None,
                    "recovered": recovered,
                },
            )


def app_of(image: Image) -> Fingerprint | None:
    """The fingerprint of the app of a dump; None if it has none that can be read."""
    key, app = image.encryption.key, image.app
    start = image.logical_start + len(image.logical) - len(app)
    return fingerprint(app, cipher.apply(b"\xff" * len(app), start, key) if key else b"")


def _partitions(dump: str, image: Image) -> Iterator[Said]:
    for part in image.partitions:
        held = part.container
        yield (
            "partitions",
            {
                "dump": dump,
                "name": part.name,
                "start": part.start,
                "end": part.end,
                "container": held.header.name if held else None,
                "container_version": held.header.version if held else None,
                "ok": held.ok if held else None,
                "proof": held.proof if held else None,
            },
        )


def _keys(dump: str, storage: Storage, salt: bytes) -> Iterator[Said]:
    for value in storage.values.values():
        yield (
            "keys",
            {
                "dump": dump,
                "name": value.name,
                "length": len(value.value),
                "ok": value.ok,
                "hidden": value.secret,
                "hash": None if value.secret else salted(value.value, salt),
            },
        )


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Parameters as text, without their secrets; what is nested as JSON."""
    for name, value in hide_values(values).items():
        yield name, value if isinstance(value, str) else json.dumps(value, sort_keys=True)
