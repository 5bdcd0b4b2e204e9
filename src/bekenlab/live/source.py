"""What a live chip is made from: a dump, or an OpenBeken image with pins given to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot import flash_image, nothing_to_run, product_of
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.data import read_table
from bekenlab.errors import Action, BekenlabError, RefusedError, UnsupportedError
from bekenlab.live.fitting import Fitting, fitting_of_config, fitting_of_map
from bekenlab.machine import FlashImage
from bekenlab.openbeken.config import find_config
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis

UART_CONSOLE = 31
"""OpenBeken's flag for a console on UART1."""

# Names of the virtual device: nobody's MAC address.
_NOBODY = bytes(4)


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A chip that can be started.

    Attributes:
        name: Of the file.
        chip: Name of the chip.
        firmware: What runs on it, e.g. ``"OpenBK7231N 1.18.300"``, or None.
        openbeken: Whether that is OpenBeken, whose pins are in its configuration sector.
        flash: The flash in both address spaces.
        fitting: What hangs on the pins, as far as the file says.
        product: Product id for the MCU on UART1.
    """

    name: str
    chip: str
    firmware: str | None
    openbeken: bool
    flash: FlashImage = field(repr=False)
    fitting: Fitting
    product: str


def live_source(
    file: InputFile, *, chip: str | None = None, template: Mapping[str, Any] | None = None
) -> LiveSource:
    """Make a chip from a file.

    Args:
        file: A dump or app image.
        chip: Name of the chip to take instead of the one recognised.
        template: OpenBeken template whose pins an OpenBeken image is set up with, with a console on
            UART1; None to run it as it is.

    Raises:
        NotADumpError: There is no code in it that could run.
        UnsupportedError: Nothing says which chip it is for, or there is no model of it.
        RefusedError: A template for firmware that is not OpenBeken.
    """
    analysis = analyze(file, boot=BootMode.NEVER)
    image, firmware = analysis.image, analysis.firmware
    if image is None or not image.logical:
        raise analysis.problem or nothing_to_run()
    name = chip or analysis.chip.name
    if name is None:
        raise UnsupportedError(
            "nothing in this file says which chip it is for", action=Action("name-chip")
        )
    name = chip_named(name).name
    openbeken = firmware.kind is FirmwareKind.OPENBEKEN
    flash = flash_image(image)
    # Flash behind the end of a file is blank.
    whole = flash.physical.ljust(chip_named(name).flash_size, b"\xff")
    if template is not None:
        if not openbeken:
            raise RefusedError(
                "only OpenBeken takes a template", hint="choose an image of OpenBeken for it"
            )
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
    )


def with_configuration(flash: bytes, chip: str, template: Mapping[str, Any]) -> bytes:
    """The flash of an OpenBeken chip with the pins of a template and a console on UART1.

    Raises:
        BadValueError: The template asks for what does not exist.
    """
    changes = Changes(flags_on=frozenset({UART_CONSOLE}))
    made = make_config(template, changes, unique=_NOBODY, chip=chip)
    return flash[: made.address] + made.config.encode() + flash[made.address + SECTOR :]


@cache
def demo_templates() -> Mapping[str, Mapping[str, Any]]:
    """Templates to try OpenBeken with, by name: ``"plug"`` and ``"lamp"``."""
    return read_table("live", "demo_templates.toml")


def fitting_of_flash(flash: bytes, chip: str) -> Fitting | None:
    """What OpenBeken's configuration in a flash says; None while there is no whole one."""
    address = chip_named(chip).config_address
    try:
        return fitting_of_config(find_config(flash[address : address + SECTOR], chip).config)
    except BekenlabError:
        return None


def _fitting(analysis: Analysis, flash: bytes, chip: str, *, openbeken: bool) -> Fitting:
    if openbeken:
        return fitting_of_flash(flash, chip) or Fitting()
    return fitting_of_map(analysis.pins, "tuya")
