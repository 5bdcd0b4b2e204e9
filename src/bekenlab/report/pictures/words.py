"""The words in pictures by key, in English; frontends can pass another language."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "kind.relay": "relay",
    "kind.button": "button, switch",
    "kind.led": "LED",
    "kind.light": "light, PWM",
    "kind.meter": "power meter",
    "kind.sensor": "sensor, input",
    "kind.other": "other",
    "kind.serial": "serial",
    "kind.log": "log",
    "kind.power": "power",
    "kind.ground": "ground",
    "kind.reset": "reset",
    "kind.free": "not used",
    "kind.gpio": "GPIO",
    "kind.none": "no pin",
    "level.high": "active high",
    "level.low": "active low",
    "pad.reset": "reset",
    "pad.log": "log",
    "pad.aerial": "aerial",
    "pad.nc": "not connected",
    "pad.test": "test",
    "pad.unknown": "not known",
    "pad.mcu": "2nd controller",
    "pad.meter": "meter",
    "front": "Front: the side with the parts",
    "back": "Back",
    "chip.above": "Seen from above; the dot marks pin 1",
    "rows": "Pads by number; no drawing of this board is known",
    "pins.default": "Pins are the firmware's built-in default: often wrong",
    "module.title": "Pads of {name}",
    "chip.title": "Pins of {name}",
    "module.desc": "{name} with all pads and their functions. {list}",
    "thousands": ",",
    "point": ".",
    "flash.range": "{start} to {end}",
    "flash.title": "Map of flash, {kib} KiB",
    "flash.desc": "Each cell is 4 KiB; the stronger its colour, the more random its bytes. {list}",
    "flash.blank": "blank",
    "flash.bits": "{bits} bits per byte",
    "flash.used": "{percent} % used",
    "flash.missing": "{kib} KiB not in the file",
    "flash.ramp": "plain to random",
    "flash.kept": "cannot be rebuilt",
    "flash.outside": "outside all partitions",
    "region.bootloader": "Boot loader",
    "region.app": "App",
    "region.download": "Download (OTA)",
    "region.ota package": "OTA package",
    "region.rf": "RF calibration",
    "region.config": "OpenBeken config",
    "region.storage": "Tuya storage",
    "region.protected": "Tuya, protected",
    "region.oem_cfg": "Tuya, plain copy",
    "region.short.rf": "RF",
    "region.short.config": "config",
    "region.short.protected": "protected",
    "region.short.oem_cfg": "plain copy",
    "edges.driven": "P{gpio}, driven by the experiment, changed {count} times",
    "edges.driven_once": "P{gpio}, driven by the experiment, changed once",
    "edges.moved": "P{gpio} changed {count} times",
    "edges.moved_once": "P{gpio} changed once",
    "edges.quiet": "P{gpio} did not change",
    "wiring.title": "Wiring of {name}",
    "wiring.adapter": "USB-serial adapter, 3.3 V",
    "wiring.to_pad": "{adapter} of the adapter to pad {pad} ({signal}).",
    "wiring.to_board": "{adapter} of the adapter to {signal} of the board.",
    "wiring.hidden": "other side",
    "wiring.of_board": "of the board",
    "wiring.mains": (
        "Never connect the adapter while the device is connected to mains: many devices are not "
        "isolated from it, and the adapter and your computer would be live as well."
    ),
    "wiring.volts": "The adapter must be set to 3.3 V. 5 V destroys the chip.",
    "wiring.supply": (
        "The device needs 3.3 V at 300 mA or more. If the adapter cannot deliver that, use a "
        "separate supply and leave the adapter's 3V3 unconnected."
    ),
    "wiring.ground": (
        "Connect GND of the adapter to GND of the board: every signal is measured against it. The "
        "minus of a 3.3 V supply belongs there too, but not that of a supply at the mains blades."
    ),
    "wiring.reset": (
        "With CEN connected to RTS, the adapter can reset the chip. Otherwise touch CEN to GND "
        "briefly when asked."
    ),
}


def region_name(name: str, words: Words) -> str:
    """The name of a region of flash; one that is not known keeps its own."""
    return words.get(f"region.{name}", name)
