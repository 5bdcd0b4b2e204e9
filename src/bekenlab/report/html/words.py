"""The words of the HTML report by key, in English; frontends can pass another language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.image import EncryptionState
from bekenlab.pins import Source
from bekenlab.report.pictures import ENGLISH as PICTURES
from bekenlab.report.text import ENCRYPTION, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.errors import Notice
    from bekenlab.report.pictures import Words

ENGLISH: Words = {
    "size": "{bytes} bytes, SHA-256 ",
    "foot": (
        "Made by bekenlab {version}. Keys, Wi-Fi data and the device's half of the MAC "
        "address are left out. The dump itself contains them: do not share it unredacted."
    ),
    "head.device": "The device",
    "head.warnings": "Warnings",
    "head.pins": "Pins",
    "head.flash": "Flash",
    "head.template": "OpenBeken template",
    "head.yaml": "ESPHome configuration",
    "yaml.show": "Show it",
    "head.keys": "Storage keys",
    "keys.about": "Keys in Tuya's storage",
    "keys.key": "Key",
    "keys.bytes": "Bytes",
    "keys.value": "Value",
    "keys.more": "and {count} more",
    "keys.hidden": "hidden",
    "keys.cut": "... ({count} characters)",
    "keys.damaged": "damaged",
    "fact.chip": "Chip",
    "chip.none": "not recognised",
    "fact.module": "Module",
    "fact.firmware": "Firmware",
    "firmware.tuya": "Tuya, name not found",
    "firmware.openbeken": "OpenBeken, version not found",
    "firmware.other": "not recognised",
    "fact.code": "Code",
    "fact.mac": "MAC address",
    "fact.source": "Pins from",
    "source.text": "the text given",
    "fact.mcu": "TuyaMCU",
    "mcu.about": "a second controller on P10 and P11, {baud} baud",
    "pin.about": "Pins and what they do",
    "pin.gpio": "GPIO",
    "pin.pad": "Pad",
    "pin.of": "{board} pin",
    "pin.does": "Does",
    "pin.active": "Active",
    "pin.openbeken": "OpenBeken",
    "pin.by": "Evidence",
    "pin.high": "high",
    "pin.low": "low",
    "pin.usual": "{level} (usual)",
    "pin.none": "No pins are known.",
    "pin.odd": "Not understood: {key} = {value}",
    "pin.hidden": "not brought out",
    "part.name": "Partition",
    "part.about": "Partitions",
    "part.physical": "Physical",
    "part.size": "Size",
    "part.container": "Container",
    "part.intact": "{name}, intact",
    "part.broken": "{name}, does not match",
    **{f"code.{state}": text for state, text in ENCRYPTION.items() if text},
    f"code.{EncryptionState.UNKNOWN}": "encrypted with an unknown key",
    **{f"source.{source}": text for source, text in SOURCES.items()},
    **{
        f"by.{source}": text
        for source, text in {
            Source.STORAGE: "storage",
            Source.PROTECTED: "protected block",
            Source.OEM_CFG: "plain copy",
            Source.BOOT_LOG: "boot log",
            Source.PIN_LIST: "pins in words",
            Source.BEHAVIOUR: "virtual chip",
            Source.SIMILAR_DEVICE: "similar devices",
            Source.FIRMWARE_DEFAULT: "built-in default",
            Source.OPENBEKEN: "OpenBeken",
            "text": "text",
        }.items()
    },
}


@dataclass(frozen=True, slots=True)
class Reader:
    """The language of who reads a report.

    Attributes:
        language: Its code.
        words: The words of the report.
        pictures: The words of the pictures in it.
        label: Translates the function of a pin.
        sentence: Translates a sentence that another package has made; None if it cannot.
        warning: Heading of a warning, and what it means, where there is no sentence for it.
    """

    language: str
    words: Words
    pictures: Words
    label: Callable[[str], str]
    sentence: Callable[[str], str | None]
    warning: Callable[[Notice], tuple[str, str]]

    def __call__(self, key: str, /, **values: object) -> str:
        """Look up a word and fill in its values."""
        return self.words[key].format(**values) if values else self.words[key]

    def number(self, value: float, digits: int = 0) -> str:
        """A number with separators, as usual in the language."""
        signs = {",": self.pictures["thousands"], ".": self.pictures["point"]}
        return "".join(signs.get(sign, sign) for sign in f"{value:,.{digits}f}")


IN_ENGLISH = Reader(
    "en", ENGLISH, PICTURES, label=str, sentence=str, warning=lambda notice: (notice.code, "")
)
"""For the command line."""
