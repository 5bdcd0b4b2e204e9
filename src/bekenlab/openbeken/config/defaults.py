"""A new configuration, as OpenBeken would start with, for a device whose pins are known."""

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

    OpenBeken names itself only when it makes a configuration of its own, and without an MQTT client
    id its topics begin with nothing. So names are always filled in, the way it does it.

    Args:
        chip: Name of the chip.
        unique: Four bytes that no other device has in its names: the end of the MAC address, or
            random ones.
        pins: What the pins do.
        values: Fields that are not to be OpenBeken's defaults.

    Raises:
        UnsupportedError: There is no such chip.
        BadValueError: A pin or value makes no sense.
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
