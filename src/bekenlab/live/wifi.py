"""A copy of a chip's flash that uses the network in the virtual air, and never its owner's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.errors import NoConfigError, UnsupportedError
from bekenlab.live.source import fitting_of_flash
from bekenlab.machine import FlashImage
from bekenlab.openbeken.config.edit import Changes, changed, make_config
from bekenlab.openbeken.config.sector import decode_config
from bekenlab.secret import Secret
from bekenlab.tuya.pairing import paired_copy

if TYPE_CHECKING:
    from bekenlab.live.source import LiveSource
    from bekenlab.machine.air import Network
    from bekenlab.openbeken.config import Config
    from bekenlab.openbeken.config.values import Value

_NOBODY = bytes(4)
_OTHERS = ("wifi_ssid2", "wifi_password2")


def joining(
    source: LiveSource, network: Network, broker: tuple[str, int] | None = None
) -> LiveSource:
    """The same chip with settings for a network.

    Args:
        source: The chip.
        network: The network to join.
        broker: Name and port of the MQTT broker; None leaves that setting.

    Returns:
        The chip; firmware of Tuya's is paired with the network, see its ``paired``. ESPHome stays
        as it is: it is told in the air, see ``live.portal``.

    Raises:
        UnsupportedError: Its firmware keeps its settings in a way that is not known here.
    """
    if source.openbeken:
        return _openbeken(source, network, broker)
    if source.tuya and broker is None:
        flash = source.flash
        physical, pairing = paired_copy(
            flash.physical, flash.logical, network.ssid, network.passphrase
        )
        return replace(source, flash=FlashImage(physical, flash.logical), paired=pairing)
    if source.esphome and broker is None:
        return source
    raise UnsupportedError(
        f"these settings of {source.firmware or 'this firmware'} cannot be changed",
        hint="only OpenBeken's can; let it open its own network instead",
    )


def opening(source: LiveSource) -> LiveSource:
    """The same chip without its owner's network, so that it opens its own if it ever does."""
    return _openbeken(source, None, None) if source.openbeken else source


def _openbeken(
    source: LiveSource, network: Network | None, broker: tuple[str, int] | None
) -> LiveSource:
    values: dict[str, Value] = {
        "wifi_ssid": Secret(network.ssid if network else b""),
        "wifi_password": Secret((network.passphrase or b"") if network else b""),
        **{name: Secret(b"") for name in _OTHERS},
    }
    if broker is not None:
        values |= {"mqtt_host": broker[0], "mqtt_port": broker[1]}
    facts = chip_named(source.chip)
    flash, place = source.flash.physical, facts.config_address
    sector = _config(flash[place : place + SECTOR], source.chip, values).encode()
    physical = flash[:place] + sector + flash[place + SECTOR :]
    return replace(
        source,
        flash=FlashImage(physical, source.flash.logical),
        fitting=fitting_of_flash(physical, source.chip) or source.fitting,
    )


def _config(sector: bytes, chip: str, values: dict[str, Value]) -> Config:
    try:
        config = decode_config(sector, chip)
    except NoConfigError:
        return make_config(None, Changes(values=values), unique=_NOBODY, chip=chip).config
    known = {name: value for name, value in values.items() if name in config.layout.fields}
    return changed(config, Changes(values=known))
