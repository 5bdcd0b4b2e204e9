"""Makes new configurations with OpenBeken's defaults, for devices whose pins are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip as chip_named
from bekenlab.openbeken.config.fields import VERSIONS, defaults
from bekenlab.openbeken.config.sector import Config, empty_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bekenlab.openbeken.config.values import Value
    from bekenlab.openbeken.settings import PinSetting


def new_config(
    *,
    chip: str,
    unique: bytes,
    pins: Iterable[PinSetting] = (),
    values: Mapping[str, Value] | None = None,
) -> Config:
    """Make a configuration.

    OpenBeken sets its names only when it creates its own configuration, and without an MQTT client
    id its topics have no prefix. So names are always filled in here, as OpenBeken does it.

    Args:
        chip: Name of the chip.
        unique: Four bytes that make the device's names unique: the end of the MAC address, or
            random bytes.
        pins: Settings of the pins.
        values: Fields that differ from OpenBeken's defaults.

    Raises:
        UnsupportedError: There is no such chip.
        BadValueError: A pin or value is invalid.
    """
    name = chip_named(chip).name
    tail = unique.hex().upper()
    named = {
        "short_name": f"obk{tail}",
        "long_name": f"Open{name}_{tail}",
        "mqtt_client": f"obk{tail}",
    }
    chosen = dict(values or {})
    if "short_name" in chosen:
        named["mqtt_client"] = str(chosen["short_name"])
    config = empty_config(VERSIONS[-1], name).with_values(_defaults() | named | chosen)
    return config.with_pins(pins)


def _defaults() -> dict[str, Value]:
    return {
        name: frozenset(value) if name == "flags" else _tuple(value)
        for name, value in defaults().items()
    }


def _tuple(value: object) -> Value:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, int | float | str):
        return value
    raise TypeError(type(value))
