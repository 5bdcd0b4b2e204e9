"""The parts on the pins, from a Tuya pin map or an OpenBeken configuration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.live.drivers import OUTPUTS, DriverRow, driver_rows
from bekenlab.openbeken.roles import base_of, find_role
from bekenlab.pins import colours_of_outputs
from bekenlab.pins.model import Polarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bekenlab.openbeken.config import Config
    from bekenlab.openbeken.settings import PinSetting
    from bekenlab.pins.model import PinMap

COLOURS = "rgbcw"
_ALTERNATE_CW_MODE = 8  # OpenBeken's flag: one PWM sets temperature, the other brightness
_PLAIN, _NO_COLOUR = "pin", "-"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A pin with a part on it.

    Attributes:
        gpio: Number.
        role: OpenBeken's base role, e.g. ``"Rel"``.
        kind: ``"relay"``, ``"coil"``, ``"led"``, ``"pwm"``, ``"button"``, ``"switch"``,
            ``"meter"``, ``"driver"`` or ``"pin"``.
        number: Its channel, or 0.
        active: Level that means on or pressed.
        label: Name for display, e.g. ``"Relay 1"``.
    """

    gpio: int
    role: str
    kind: str
    number: int
    active: int
    label: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """All known parts on the pins.

    Attributes:
        pins: Sorted by GPIO.
        cct: Whether the first of two white PWMs sets temperature and the second brightness.
        driver: Two-wire LED driver chip, or None.
        order: The colour of each output of the driver, of ``rgbcw``.
        source: ``"tuya"``, ``"openbeken"``, ``"boot_log"`` or ``"nothing"``.
    """

    pins: tuple[Fitted, ...] = ()
    cct: bool = False
    driver: DriverRow | None = None
    order: str = COLOURS
    source: str = "nothing"

    def wires(self) -> tuple[int, int] | None:
        """GPIOs of the driver's clock and data."""
        if self.driver is None:
            return None
        found = {pin.role: pin.gpio for pin in self.pins}
        return found[self.driver.clock], found[self.driver.data]


def fitting_of_map(pins: PinMap, source: str) -> Fitting:
    """The parts in a pin map."""
    fitted = tuple(
        _fitted(pin.gpio, pin.role, pin.channel, pin.polarity, pin.label) for pin in pins.pins
    )
    driver = _driver(fitted)
    order = _default_order(driver)
    if pins.led_driver and pins.led_driver.led_map:
        order = _order(colours_of_outputs(pins.led_driver.led_map))
    return Fitting(fitted, pins.cct, driver, order, source if fitted else "nothing")


def fitting_of_config(config: Config) -> Fitting:
    """The parts in an OpenBeken configuration."""
    fitted = tuple(_setting(pin) for pin in config.pins())
    driver = _driver(fitted)
    values = config.values()
    led_map, flags = values.get("led_map"), values.get("flags")
    order = _default_order(driver)
    if isinstance(led_map, tuple) and any(led_map):
        order = _sent(_order(int(entry) for entry in led_map), driver)
    cct = isinstance(flags, frozenset) and _ALTERNATE_CW_MODE in flags
    return Fitting(fitted, cct, driver, order, "openbeken" if fitted else "nothing")


def _setting(pin: PinSetting) -> Fitted:
    base, active = base_of(pin.role)
    label = f"{base} {pin.channel}" if pin.channel else base
    return _fitted(pin.gpio, base, pin.channel, active, label)


def _fitted(gpio: int, role: str, number: int, polarity: Polarity | None, label: str) -> Fitted:
    known = find_role(role)
    told = polarity or (known.active if known else None)
    active = 0 if told is Polarity.ACTIVE_LOW else 1
    return Fitted(gpio, role, _kinds().get(role, _PLAIN), number, active, label)


@cache
def _kinds() -> Mapping[str, str]:
    table: dict[str, list[str]] = read_table("live", "parts.toml")["kinds"]
    kinds = {role: kind for kind, roles in table.items() for role in roles}
    return kinds | {role: "driver" for row in driver_rows() for role in (row.clock, row.data)}


def _driver(pins: Iterable[Fitted]) -> DriverRow | None:
    """The driver with both wires present, or None."""
    roles = {pin.role for pin in pins}
    return next((row for row in driver_rows() if {row.clock, row.data} <= roles), None)


def _default_order(driver: DriverRow | None) -> str:
    return _sent(driver.order, driver) if driver else COLOURS


def _sent(order: str, driver: DriverRow | None) -> str:
    """The colours in the order in which OpenBeken sends them, from its map."""
    if driver is not None and driver.swapped:
        return order[:-2] + order[-1] + order[-2]
    return order


def _order(carried: Iterable[int]) -> str:
    """The colour of each output, from colour numbers; ``-`` for none."""
    return "".join(COLOURS[n] if 0 <= n < OUTPUTS else _NO_COLOUR for n in carried)
