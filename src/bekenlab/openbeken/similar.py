"""Scores how similar a device is to an entry of the device list, with reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.chips import find_chip
from bekenlab.openbeken.devices import Device, chip_name, plain_module
from bekenlab.openbeken.roles import base_of, find_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bekenlab.openbeken.settings import PinSetting

# Weight of each kind of evidence. Pins count most: few devices share them by chance.
_WEIGHTS = {"pins": 70.0, "module": 15.0, "chip": 10.0, "names": 15.0, "firmware": 10.0}
_UNKNOWN = 0.5  # an entry without this information neither agrees nor disagrees

_SAME, _OTHER_CHANNEL, _OTHER_LEVEL, _SAME_KIND, _DIFFERENT = 1.0, 0.9, 0.6, 0.3, 0.0
# Roles people choose between for the same part.
_KINDS = (
    frozenset({"LED", "WifiLED"}),
    frozenset({"Rel", "PWM", "LED", "BridgeFWD", "BridgeREV"}),
    frozenset({"Btn", "Btn_Tgl_All", "TglChanOnTgl", "dInput", "dInput_NoPullUp"}),
    frozenset({"Btn", "Btn_NextColor", "Btn_NextDimmer", "Btn_SmartLED", "Btn_ScriptOnly"}),
)

CLOSE_PINS = 0.6
"""Minimum agreement of the pins for two devices to count as similar."""

CLOSE_SCORE = 60.0
"""Minimum score for two devices to count as similar."""

_CLOSE_NAMES = 0.75
_FEWEST_NAMES = 2


@dataclass(frozen=True, slots=True)
class Signature:
    """The device searched for.

    Attributes:
        pins: Its pin settings.
        chip: Chip, or None.
        module: Module, or None.
        names: Vendor, name and model, if known.
        firmware: Name of the firmware, or None.
    """

    pins: tuple[PinSetting, ...]
    chip: str | None = None
    module: str | None = None
    names: tuple[str, ...] = ()
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class PinAgreement:
    """One GPIO that at least one of the two devices uses.

    Attributes:
        gpio: Its number.
        ours: Setting of the device searched for, as ``Rel;1``, or None.
        theirs: Setting of the entry, or None.
        agreement: 0 to 1.
    """

    gpio: int
    ours: str | None
    theirs: str | None
    agreement: float


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of evidence.

    Attributes:
        name: ``"pins"``, ``"module"``, ``"chip"``, ``"names"`` or ``"firmware"``.
        weight: Its weight in the score.
        agreement: 0 to 1.
        why: The reason, as text.
    """

    name: str
    weight: float
    agreement: float
    why: str


@dataclass(frozen=True, slots=True)
class Similarity:
    """A device compared with an entry.

    Attributes:
        device: The entry.
        score: 0 to 100: the weighted mean of the parts' agreement.
        parts: The evidence available for the device searched for.
        pins: Agreement of each GPIO.
    """

    device: Device
    score: float
    parts: tuple[Part, ...]
    pins: tuple[PinAgreement, ...]

    @property
    def close(self) -> bool:
        """Whether the two count as similar."""
        parts = {part.name: part.agreement for part in self.parts}
        if "pins" in parts:
            return parts["pins"] >= CLOSE_PINS and self.score >= CLOSE_SCORE
        return "firmware" in parts or parts.get("names", 0.0) >= _CLOSE_NAMES


def rank(wanted: Signature, devices: Iterable[Device]) -> tuple[Similarity, ...]:
    """The similar entries, best first; equal ones in the order of the list."""
    found = (compare(wanted, device) for device in devices)
    return tuple(sorted((each for each in found if each.close), key=lambda each: -each.score))


def compare(wanted: Signature, device: Device) -> Similarity:
    """Compare a device with an entry."""
    pins = _pins(wanted.pins, device.pins)
    parts = tuple(_parts(wanted, device, pins))
    weight = sum(part.weight for part in parts)
    total = sum(part.weight * part.agreement for part in parts)
    return Similarity(device, round(100 * total / weight, 1) if weight else 0.0, parts, pins)


def _parts(wanted: Signature, device: Device, pins: Sequence[PinAgreement]) -> Iterator[Part]:
    if wanted.pins:
        agreement = sum(pin.agreement for pin in pins) / len(pins)
        same = sum(pin.agreement == _SAME for pin in pins)
        yield _part("pins", agreement, f"{same} of {len(pins)} pins agree")
    module = plain_module(wanted.module)
    if module:
        yield _module(module, device)
    if wanted.chip:
        yield _chip(chip_name(wanted.chip), device)
    words = _words(wanted.names)
    if len(words) >= _FEWEST_NAMES or (words and wanted.pins):
        there = _words((device.vendor, device.name, device.model, *device.keywords))
        shared = len(words & there)
        yield _part("names", shared / len(words), f"{shared} of {len(words)} words of its name")
    if wanted.firmware and _names_firmware(device, wanted.firmware):
        yield _part("firmware", 1.0, f"firmware {wanted.firmware}")


def _part(name: str, agreement: float, why: str) -> Part:
    return Part(name, _WEIGHTS[name], agreement, why)


def _module(module: str, device: Device) -> Part:
    if device.module is None:
        return _part("module", _UNKNOWN, "module not known")
    if device.module == module:
        return _part("module", 1.0, f"module {device.board}")
    return _part("module", 0.0, f"other module ({device.board})")


def _chip(chip: str, device: Device) -> Part:
    if not device.chip:
        return _part("chip", _UNKNOWN, "chip not known")
    if device.chip == chip:
        return _part("chip", 1.0, f"chip {device.chip}")
    relative = find_chip(device.chip) is not None and find_chip(chip) is not None
    return _part("chip", _UNKNOWN if relative else 0.0, f"other chip ({device.chip})")


def _names_firmware(device: Device, firmware: str) -> bool:
    wanted = firmware.lower()
    return any(wanted in text.lower() for text in (*device.keywords, device.name, device.model))


@cache
def _words(texts: tuple[str, ...]) -> frozenset[str]:
    """The words of the texts, in lower case, without single characters."""
    return frozenset(
        word for text in texts for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 1
    )


def _pins(ours: Iterable[PinSetting], theirs: Iterable[PinSetting]) -> tuple[PinAgreement, ...]:
    left = {pin.gpio: pin for pin in ours}
    right = {pin.gpio: pin for pin in theirs}
    return tuple(
        PinAgreement(
            gpio,
            left[gpio].text if gpio in left else None,
            right[gpio].text if gpio in right else None,
            _agreement(left.get(gpio), right.get(gpio)),
        )
        for gpio in sorted(left.keys() | right.keys())
    )


def _agreement(left: PinSetting | None, right: PinSetting | None) -> float:
    if left is None or right is None:
        return _DIFFERENT
    if left.role == right.role:
        return _SAME if _channels(left) == _channels(right) else _OTHER_CHANNEL
    bases = {base_of(left.role)[0], base_of(right.role)[0]}
    if len(bases) == 1:
        return _OTHER_LEVEL
    return _SAME_KIND if any(bases <= kind for kind in _KINDS) else _DIFFERENT


def _channels(pin: PinSetting) -> tuple[int, ...]:
    """The channels that the role uses."""
    role = find_role(pin.role)
    return (pin.channel, pin.channel2)[: role.channels if role else 2]
