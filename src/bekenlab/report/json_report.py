"""The report of ``analyze`` as JSON, schema 1 (documented in docs/json.md).

Scripts depend on the names and types: fields may be added, but renaming or removing one needs a
new schema number.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.report.messages_json import error_json, notices_json
from bekenlab.report.printable import printable
from bekenlab.report.redaction import visible_parameters, visible_stored, visible_unknown
from bekenlab.secrecy.hide import hide_text
from bekenlab.secret import mask_mac

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.errors import BekenlabError
    from bekenlab.image import Image, Partition
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.pins import Pin
    from bekenlab.tuya.firmware import Firmware
    from bekenlab.tuya.product import StoredSchema
    from bekenlab.tuya.storage.model import Storage, StoredValue

SCHEMA = 1


def to_json(analysis: Analysis, *, show_secrets: bool = False) -> dict[str, Any]:
    """The report as plain JSON values.

    Args:
        analysis: The analysis.
        show_secrets: Include the full MAC address, hashes and values of stored keys. Hashes are
            withheld otherwise, because a short secret can be found by brute force.
    """
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "file": {
            "name": analysis.file.name,
            "size": analysis.file.size,
            "sha256": analysis.file.sha256,
        },
        "image": _image(analysis, show_secrets=show_secrets),
        "firmware": firmware_json(analysis.firmware),
        "tuya": _tuya(analysis.tuya, show_secrets=show_secrets),
        "module": analysis.module,
        "pins": [pin_json(pin) for pin in analysis.pins.pins],
        "not_understood": [
            {
                "key": key.key,
                "value": visible_unknown(key, show_secrets=show_secrets),
                "source": str(key.source),
            }
            for key in analysis.pins.not_understood
        ],
        "openbeken": {
            "template": dict(analysis.template),
            "description": analysis.description,
        },
        "warnings": notices_json(analysis.notices),
    }
    if analysis.problem:
        # What is wrong with a dump is told in words that suit every frontend.
        report["error"] = error_json(analysis.problem, analysis.problem.hint)
    return report


def failure_json(name: str, error: BekenlabError, advice: str) -> dict[str, Any]:
    """The line for a file that could not be read; ``advice`` as for ``error_json``."""
    return {
        "schema": SCHEMA,
        "file": {"name": name, "size": None, "sha256": None},
        "error": error_json(error, advice),
    }


def _image(analysis: Analysis, *, show_secrets: bool) -> dict[str, Any]:
    image = analysis.image
    result: dict[str, Any] = {
        "chip": analysis.chip.name,
        "chip_evidence": list(analysis.chip.evidence),
        "rotation": 0,
        "start": 0,
        "encryption": "unknown",
        "bootloader": {"name": None, "crc32": None},
        "partitions": [],
        "mac": None,
    }
    if image is None:
        return result
    result["rotation"] = image.rotation
    result["start"] = image.start
    result["encryption"] = str(image.encryption.state)
    result["bootloader"] = _bootloader(image)
    result["partitions"] = [_partition(part) for part in image.partitions]
    if image.rf:
        start = image.rf.offset
        result["partitions"].append(
            {"name": "rf", "physical": [start, start + SECTOR], "container": None}
        )
        mac = image.rf.mac
        result["mac"] = mac if show_secrets or mac is None else mask_mac(mac)
    if image.encryption.key and show_secrets:
        result["key"] = str(image.encryption.key)
    return result


def _bootloader(image: Image) -> dict[str, Any]:
    if image.loader is None:
        return {"name": None, "crc32": None}
    known = image.loader.known
    return {"name": known.name if known else None, "crc32": f"0x{image.loader.crc32:08x}"}


def _partition(part: Partition) -> dict[str, Any]:
    container = part.container
    return {
        "name": part.name,
        "physical": [part.start, part.end],
        "container": container
        and {
            "name": container.header.name,
            "version": container.header.version,
            "ok": container.ok,
            "proof": container.proof,
        },
    }


def _tuya(tuya: TuyaFindings, *, show_secrets: bool) -> dict[str, Any]:
    return {
        "storage": tuya.storage and _storage(tuya.storage, show_secrets=show_secrets),
        "protected": [
            {"physical": [block.address, block.address + SECTOR], "ok": block.ok}
            | {"keys": sorted(block.values)}
            for block in tuya.protected
        ],
        "parameters": visible_parameters(tuya.parameters, show_secrets=show_secrets),
        "parameters_source": str(tuya.source) if tuya.source else None,
        "sources": [
            {
                "source": str(said.source),
                "physical": said.address,
                "keys": len(said.parameters.values),
            }
            for said in tuya.statements
        ],
        "mcu": {"baud": tuya.mcu_baud} if tuya.mcu_baud else None,
        "environment": _environment(tuya.environment, show_secrets=show_secrets),
        "product": printable(tuya.product.id) or None,
        "schema_id": tuya.product.schema.id if tuya.product.schema else None,
        "schema": _schema(tuya.product.schema),
    }


def _schema(stored: StoredSchema | None) -> list[dict[str, Any]] | None:
    """The data points as stored."""
    if stored is None:
        return None
    said = {"source": "storage", "recovered": stored.recovered}
    return [point_json(point) | said for point in stored.points]


def point_json(point: SchemaPoint) -> dict[str, Any]:
    """A data point of a schema."""
    number = point.kind == "value"
    return {
        "id": point.id,
        "mode": str(point.mode),
        "type": printable(point.kind),
        "range": [printable(word) for word in point.words] or None,
        "min": point.least if number else None,
        "max": point.most if number else None,
        "scale": point.scale if number else None,
        "step": point.step if number else None,
        "maxlen": point.length or None,
    }


def _environment(name: str | None, *, show_secrets: bool) -> str | None:
    return name if show_secrets or name is None else hide_text(name)


def _storage(storage: Storage, *, show_secrets: bool) -> dict[str, Any]:
    return {
        "physical": [storage.start, storage.end],
        "blocks": storage.good_blocks,
        "bad_blocks": list(storage.bad_blocks),
        "keys": [
            _stored(value, show_secrets=show_secrets)
            for value in sorted(storage.values.values(), key=lambda value: value.name)
        ],
    }


def _stored(value: StoredValue, *, show_secrets: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "name": value.name,
        "length": len(value.value),
        "ok": value.ok,
        "secret": value.secret,
    }
    if show_secrets:
        result["sha256"] = hashlib.sha256(value.value).hexdigest()
    if show_secrets or not value.secret:
        result["value"] = visible_stored(value.value, show_secrets=show_secrets)
    return result


def firmware_json(firmware: Firmware) -> dict[str, Any]:
    """Kind, name, version and SDK of the firmware."""
    return {
        "name": firmware.name,
        "version": firmware.version,
        "sdk": firmware.sdk,
        "kind": str(firmware.kind),
    }


def pin_json(pin: Pin) -> dict[str, Any]:
    """A pin with its evidence."""
    return {
        "gpio": pin.gpio,
        "role": pin.role,
        "channel": pin.channel,
        "polarity": str(pin.polarity) if pin.polarity else None,
        "label": pin.label,
        "evidence": [{"source": str(said.source), "key": said.key} for said in pin.evidence],
    }
