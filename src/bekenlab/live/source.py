"""Sources of live chips: a dump, or an OpenBeken image with given pins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot import flash_image, product_of
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.boot_problem import nothing_to_run
from bekenlab.analysis.controller import is_battery, points_on_uart1
from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.data import read_table
from bekenlab.errors import Action, BekenlabError, RefusedError, UnsupportedError
from bekenlab.image import framing, ota
from bekenlab.live.fitting import Fitting, fitting_of_config, fitting_of_map
from bekenlab.live.update import app_in
from bekenlab.machine import FlashImage
from bekenlab.openbeken.config import find_config
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis
    from bekenlab.errors import Notice
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.tuya.pairing import Pairing

UART_CONSOLE = 31
"""OpenBeken's flag for a console on UART1."""

# MAC bytes for the names of the virtual device.
_NOBODY = bytes(4)
_APP, _ESPHOME = "app", "ESPHome"


@dataclass(frozen=True, slots=True)
class LiveSource:
    """Everything needed to start a live chip.

    Attributes:
        name: Name of the file.
        chip: Name of the chip.
        firmware: Name and version, e.g. ``"OpenBK7231N 1.18.300"``, or None.
        openbeken: Whether it is OpenBeken, which keeps its pins in its configuration sector.
        tuya: Whether it is Tuya's firmware.
        paired: How the copy was paired, if it was.
        esphome: Whether it is ESPHome, which takes its network on a page of its own.
        flash: The flash in both address spaces.
        fitting: The parts on the pins according to the file.
        product: Product id for the MCU on UART1.
        points: The data points of that MCU, as far as they are known.
        battery: Whether that MCU speaks the protocol of battery devices.
        notices: What the reader should know about the file, above all about its pins.
    """

    name: str
    chip: str
    firmware: str | None
    openbeken: bool
    flash: FlashImage = field(repr=False)
    fitting: Fitting
    product: str
    notices: tuple[Notice, ...] = ()
    tuya: bool = False
    paired: Pairing | None = None
    esphome: bool = False
    points: tuple[SchemaPoint, ...] = ()
    battery: bool = False


def live_source(
    file: InputFile, *, chip: str | None = None, template: Mapping[str, Any] | None = None
) -> LiveSource:
    """Make a source from a file.

    Args:
        file: A dump, app image or OTA package.
        chip: Name of the chip, to override the one recognised.
        template: OpenBeken template to set up an OpenBeken image with, together with a console on
            UART1; None to run the file unchanged.

    Raises:
        NotADumpError: It has no code that could run.
        UnsupportedError: The chip is unknown, or cannot be modelled.
        RefusedError: A template was given, but the firmware is not OpenBeken.
    """
    analysis = analyze(file, boot=BootMode.NEVER)
    image, firmware = analysis.image, analysis.firmware
    code = None if image is not None and image.logical else app_in(ota.strip_ug(file.data))
    if image is None or not (image.logical or code):
        raise analysis.problem or nothing_to_run()
    name = chip or analysis.chip.name
    if name is None:
        raise UnsupportedError(
            "nothing in this file says which chip it is for", action=Action("name-chip")
        )
    name = chip_named(name).name
    openbeken = firmware.kind is FirmwareKind.OPENBEKEN
    flash = _with_app(code, name) if code else flash_image(image)
    # Flash beyond the end of the file is blank.
    whole = flash.physical.ljust(chip_named(name).flash_size, b"\xff")
    if template is not None:
        if not openbeken:
            raise RefusedError("only OpenBeken takes a template", hint="choose an OpenBeken image")
        whole = with_configuration(whole, name, template)
    flash = FlashImage(whole, flash.logical)
    return LiveSource(
        name=file.name,
        chip=name,
        firmware=" ".join(part for part in (firmware.name, firmware.version) if part) or None,
        openbeken=openbeken,
        flash=flash,
        fitting=_fitting(analysis, flash.physical, name, openbeken=openbeken),
        product=product_of(analysis.tuya),
        notices=analysis.notices if template is None else (),
        tuya=firmware.kind is FirmwareKind.TUYA,
        esphome=(firmware.name or "").startswith(_ESPHOME),
        points=points_on_uart1(analysis.tuya),
        battery=is_battery(firmware),
    )


def with_controller_of(source: LiveSource, device: Analysis) -> LiveSource:
    """The same chip with the second controller of a device, whose set-up it was given."""
    points = points_on_uart1(device.tuya)
    if not points:
        return source
    return replace(
        source,
        product=product_of(device.tuya),
        points=points,
        battery=is_battery(device.firmware),
    )


def _with_app(code: bytes, chip: str) -> FlashImage:
    """Flash with nothing but an app, not encrypted."""
    start = chip_named(chip).start_of(_APP)
    logical = b"\xff" * framing.to_logical(start) + code
    return FlashImage(b"\xff" * start + framing.add(code), logical)


def with_configuration(flash: bytes, chip: str, template: Mapping[str, Any]) -> bytes:
    """Add a configuration with a template's pins and a console on UART1 to OpenBeken's flash.

    Raises:
        BadValueError: The template has an unknown role, pin or flag.
    """
    changes = Changes(flags_on=frozenset({UART_CONSOLE}))
    made = make_config(template, changes, unique=_NOBODY, chip=chip)
    return flash[: made.address] + made.config.encode() + flash[made.address + SECTOR :]


@cache
def demo_templates() -> Mapping[str, Mapping[str, Any]]:
    """Demonstration templates for OpenBeken, by name: ``"plug"`` and ``"lamp"``."""
    return read_table("live", "demo_templates.toml")


def fitting_of_flash(flash: bytes, chip: str) -> Fitting | None:
    """The parts in OpenBeken's configuration in flash; None if there is no valid one."""
    address = chip_named(chip).config_address
    try:
        return fitting_of_config(find_config(flash[address : address + SECTOR], chip).config)
    except BekenlabError:
        return None


def _fitting(analysis: Analysis, flash: bytes, chip: str, *, openbeken: bool) -> Fitting:
    if openbeken:
        return fitting_of_flash(flash, chip) or Fitting()
    return fitting_of_map(analysis.pins, "tuya")
