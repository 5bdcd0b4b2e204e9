"""Adds to an analysis what is known of other devices of the same product.

It counts less than anything this dump says itself: it becomes the pins only where nothing else
names any, or only an example built into the firmware does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.openbeken import build_template, describe
from bekenlab.pins import PinMap, Source

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis

# Warnings that there are no pins, or none of this device's own.
_WITHOUT_PINS = frozenset({"no-parameters", "boot-without-pins", "firmware-default-only"})


@dataclass(frozen=True, slots=True)
class Layout:
    """Devices that are connected alike.

    Attributes:
        text: Their pins in one text, ``"10=Btn;1 26=Rel;1"``.
        devices: How many they are.
        example: Name of one.
    """

    text: str
    devices: int
    example: str


@dataclass(frozen=True, slots=True)
class Similar:
    """Other devices of the same product: product id or firmware key, schema, chip.

    Attributes:
        layouts: How they are connected, the most frequent first; never empty.
        pins: Their pins, of source ``similar_device``; None unless enough of them agree, and none
            disagrees.
    """

    layouts: tuple[Layout, ...]
    pins: PinMap | None = None

    @property
    def devices(self) -> int:
        """How many devices they are."""
        return sum(layout.devices for layout in self.layouts)


def with_similar(analysis: Analysis, similar: Similar) -> Analysis:
    """The analysis with the pins of similar devices, or with a warning that they differ."""
    if analysis.pins.source not in (None, Source.FIRMWARE_DEFAULT) or analysis.pins.mcu_baud:
        return analysis
    pins, before = analysis.pins, analysis.notices
    if similar.pins is None:
        added = _undecided(similar)
        kept = pins.notices
    else:
        added = _only_similar(similar)
        kept = tuple(each for each in pins.notices if each.code not in _WITHOUT_PINS)
        before = tuple(each for each in before if each.code not in _WITHOUT_PINS)
        pins = replace(similar.pins, module=pins.module or similar.pins.module)
    pins = replace(pins, notices=(*kept, added))
    return replace(
        analysis,
        pins=pins,
        template=build_template(pins, chip=analysis.chip.name or "", board=analysis.module),
        description=describe(pins, chip=analysis.chip.name),
        notices=(*before, added),
    )


def _only_similar(similar: Similar) -> Notice:
    return Notice(
        "similar-device-only",
        f"This dump does not tell its pins. They are those of {similar.devices} other devices of "
        "the same product, which all have the same. Check every pin before you trust it.",
    )


def _undecided(similar: Similar) -> Notice:
    if len(similar.layouts) > 1:
        text = (
            f"{similar.devices} other devices of the same product are known, but they are "
            f"connected in {len(similar.layouts)} ways: their pins were not taken."
        )
    else:
        text = (
            f"Other devices of the same product are known, but only {similar.devices}: too few to "
            "take their pins."
        )
    return Notice("similar-devices-differ", text)
