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

if TYPE_CHECKING:
    from bekenlab.live.source import LiveSource
    from bekenlab.machine.air import Network
    from bekenlab.openbeken.config import Config
    from bekenlab.openbeken.config.values import Value

_NOBODY = bytes(4)
_OTHERS = ("wifi_ssid2", "wifi_password2")


def with_wifi(
    source: LiveSource, network: Network | None, broker: tuple[str, int] | None = None
) -> LiveSource:
    """The same chip with other Wi-Fi settings.

    Args:
        source: The chip.
        network: The network to join; None: it opens its own, as a device does without settings.
        broker: Name and port of the MQTT broker; None leaves that setting.

    Raises:
        UnsupportedError: Its firmware keeps its settings in a way that is not known here.
    """
    if not source.openbeken:
        if network is None:
            return source  # without its owner's network, it opens its own if it ever does
        raise UnsupportedError(
            f"the Wi-Fi settings of {source.firmware or 'this firmware'} cannot be changed",
            hint="only OpenBeken's can; let it open its own network instead",
        )
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
