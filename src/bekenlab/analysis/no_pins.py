"""Why a dump gives no pins, or has no application: for whoever looks for one or the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import APP_START
from bekenlab.errors import NoConfigError, Notice
from bekenlab.image import EncryptionState
from bekenlab.tuya.firmware import Firmware, FirmwareKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from bekenlab.image import Image
    from bekenlab.pins import PinMap

_BLANK = b"\xff"
_LOOKED_AT = 0x20000
# The file is only a part, or what cannot be read is said already.
_APP_ELSEWHERE = frozenset({"partial-dump", "truncated-dump", "unknown-key"})
# Flash of another chip, whose layout is not looked through for an application.
_NOT_BEKENS = frozenset({"other-chip", "chip-unknown"})
# Damage that may hide what is stored, or what the firmware calls itself. Its own warning says so.
_HIDES_STORED = frozenset({"truncated-dump", "storage-unreadable"})
_HIDES_NAME = frozenset({"truncated-dump", "bad-crc", "container-mismatch"})


def why_no_pins(
    image: Image | None,
    firmware: Firmware,
    pins: PinMap,
    chip: str | None,
    damage: Collection[str] = (),
) -> tuple[Notice, ...]:
    """The warning that says why there are no pins, and that there is no application.

    That an application is missing is said of a dump with pins too: such a device does not start.
    Nothing is said of pins if there are some, if nothing is recognised, or if a damage may be why
    nothing was found.

    Args:
        image: The dump; None for a text with a configuration.
        firmware: Identity of its app.
        pins: The pins that were found.
        chip: Name of its chip, if known.
        damage: Codes of the warnings about the file and what is stored in it.
    """
    if pins.pins or pins.mcu_baud:
        second = () if pins.pins or not pins.mcu_baud else (_second_controller(pins.mcu_baud),)
        return (*second, *_app_is_missing(image, firmware, damage))
    nameless = firmware.kind is FirmwareKind.OTHER and firmware.name is None
    hidden = (_HIDES_NAME if nameless else _HIDES_STORED).intersection(damage)
    if image is None or image.start or hidden:
        return ()
    if not _NOT_BEKENS.isdisjoint(damage) and nameless:
        return ()
    if not image.app and not firmware.name:  # an update package has a name, but no app in place
        return _no_app(image)
    if firmware.kind is FirmwareKind.OPENBEKEN:
        return (_openbeken(image, chip),)
    if firmware.kind is FirmwareKind.TUYA:
        return () if pins.commands else (_not_stored(),)
    return (_foreign(firmware),)


def _second_controller(baud: int) -> Notice:
    text = (
        "There are no pins to set up: relays, buttons and sensors are on a second controller "
        f"(TuyaMCU), to which any firmware has to talk, at {baud} baud."
    )
    return Notice("second-controller", text)


def _app_is_missing(
    image: Image | None, firmware: Firmware, damage: Collection[str]
) -> tuple[Notice, ...]:
    """The warning of a whole dump whose pins are known although its application is gone."""
    if image is None or image.start or image.app or firmware.name:
        return ()
    if not (_APP_ELSEWHERE | _NOT_BEKENS).isdisjoint(damage):
        return ()
    return _no_app(image, "The device does not start with it; what is stored can still be read.")


def _no_app(
    image: Image, means: str = "Nothing that is left in this file names pins."
) -> tuple[Notice, ...]:
    area = image.physical[APP_START:_LOOKED_AT]
    if not area:
        return ()
    if area.count(_BLANK) == len(area):
        text = "There is no application: its area is blank (FF), so it was erased or never written."
    elif image.encryption.state is EncryptionState.UNKNOWN:
        text = "The application cannot be read: the key of its code is not known."
    else:
        text = "No application was found where it belongs; something else is in its place."
    return (Notice("no-app", f"{text} {means}"),)


def _openbeken(image: Image, chip: str | None) -> Notice:
    # Its tables take as long to load as a dump to read, and few dumps are of OpenBeken.
    from bekenlab.openbeken.config import find_config

    try:
        found = find_config(image.physical, chip)
    except NoConfigError:
        text = (
            "This is OpenBeken without a configuration: which pins a device has is set up in its "
            "web page, or written together with it."
        )
        return Notice("openbeken-without-config", text)
    text = f"This is OpenBeken. Its pins are in its own configuration, at 0x{found.offset:06X}."
    return Notice("openbeken-config", text)


def _not_stored() -> Notice:
    text = (
        "No pin configuration is stored. The pins may be built into the firmware: find them from "
        "its boot log (UART2, 115200 baud) or by trying pins in OpenBeken."
    )
    return Notice("no-parameters", text)


def _foreign(firmware: Firmware) -> Notice:
    name = f" ({firmware.name})" if firmware.name else ""
    text = (
        f"The firmware{name} is neither Tuya's nor OpenBeken's, so there is no pin configuration "
        "to be read. Which pins it uses shows when it runs."
    )
    return Notice("foreign-firmware", text)
