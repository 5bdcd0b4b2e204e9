"""The state of the parts on the pins: relays, LEDs, lamps, buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.live.colour import ONE_LIGHT, Glow, glow
from bekenlab.live.fitting import COLOURS, Fitted, Fitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.boot_model import GpioRow

_RGB = 3
_HIDDEN = frozenset({"pwm", "driver"})  # shown together as one lamp


@dataclass(frozen=True, slots=True)
class PartView:
    """The state of a part.

    Attributes:
        id: A constant name, e.g. ``"P26"``, ``"lamp"``.
        kind: ``"relay"``, ``"coil"``, ``"led"``, ``"lamp"``, ``"button"``, ``"switch"``,
            ``"meter"`` or ``"pin"``.
        number: OpenBeken's channel, or 0.
        label: Name from the configuration.
        gpios: Its pins.
        on: Whether it is on, lit, pressed or closed.
        active: Level that means on.
        brightness: Of a lamp or LED, 0 to 1 and proportional to light; else None.
        colour: ``"#rrggbb"`` of a lamp at full strength, or None.
        kelvin: Colour temperature of a lamp with white LEDs, or None.
        shares: Each LED of a lamp: its letter of ``rgbcw``, or ``l`` for a lamp with one LED,
            and its level 0 to 1.
        driver: LED driver chip of the lamp, or None.
    """

    id: str
    kind: str
    number: int
    label: str
    gpios: tuple[int, ...]
    on: bool
    active: int = 1
    brightness: float | None = None
    colour: str | None = None
    kelvin: int | None = None
    shares: tuple[tuple[str, float], ...] = field(default=())
    driver: str | None = None


def part_views(
    fitting: Fitting, gpio: Mapping[int, GpioRow], driven: Mapping[str, float] | None = None
) -> tuple[PartView, ...]:
    """The state of all parts.

    Args:
        fitting: The parts.
        gpio: State of the pins.
        driven: Level of each colour from the LED driver, if there is one.
    """
    lamp = _lamp(fitting, gpio, driven)
    plain = [_single(pin, gpio[pin.gpio]) for pin in fitting.pins if _alone(pin, gpio)]
    return (*([lamp] if lamp else []), *plain)


def _alone(pin: Fitted, gpio: Mapping[int, GpioRow]) -> bool:
    return pin.kind not in _HIDDEN and pin.gpio in gpio


def _single(pin: Fitted, row: GpioRow) -> PartView:
    level = _share(pin, row)
    light = level if pin.kind == "led" else None
    on = level > 0 if pin.kind == "led" else row.level == pin.active
    return PartView(
        id=f"P{pin.gpio}",
        kind=pin.kind,
        number=pin.number,
        label=pin.label,
        gpios=(pin.gpio,),
        on=on and _set_up(pin, row),
        active=pin.active,
        brightness=light,
    )


def _set_up(pin: Fitted, row: GpioRow) -> bool:
    """Whether firmware has set up the pin; until then an output counts as off."""
    return row.direction in ("out", "function") or pin.kind not in ("relay", "coil", "led")


def _share(pin: Fitted, row: GpioRow) -> float:
    """Fraction of the time a pin is active, 0 to 1."""
    if row.direction == "function":
        high = row.pwm[1] if row.pwm else 0.0
        return high if pin.active else 1.0 - high if row.pwm else 0.0
    return float(row.direction == "out" and row.level == pin.active)


def _lamp(
    fitting: Fitting, gpio: Mapping[int, GpioRow], driven: Mapping[str, float] | None
) -> PartView | None:
    """Combine all lamp pins into one lamp, as OpenBeken does."""
    pwms = [pin for pin in fitting.pins if pin.kind == "pwm" and pin.gpio in gpio]
    if fitting.driver is not None:
        wires = fitting.wires()
        return _view(driven or {}, glow(driven or {}), wires or (), fitting.driver.name)
    if not pwms:
        return None
    pwms.sort(key=lambda pin: pin.number)
    levels = [_share(pin, gpio[pin.gpio]) for pin in pwms]
    gpios = tuple(pin.gpio for pin in pwms)
    if fitting.cct and len(pwms) == len("cw"):
        warmth, brightness = levels
        # Tuya's temperature counts towards cold, OpenBeken's towards warm (pins/_lights.py).
        warmth = warmth if fitting.source == "openbeken" else 1.0 - warmth
        shares = {"c": brightness * (1.0 - warmth), "w": brightness * warmth}
        return _view(shares, glow(shares), gpios)
    shares = dict(zip(_colours(pwms), levels, strict=False))
    return _view(shares, glow(shares), gpios)


def _colours(pwms: list[Fitted]) -> str:
    """The colour of each PWM by OpenBeken's rule: cool and warm, or red, green, blue first."""
    if len(pwms) == 1:
        return ONE_LIGHT
    if len(pwms) < _RGB:
        return "cw"
    first = pwms[0].number
    places = [pin.number - first for pin in pwms]
    if len(set(places)) == len(places) and max(places) < len(COLOURS):
        return "".join(COLOURS[place] for place in places)
    return COLOURS


def _view(
    shares: Mapping[str, float], light: Glow, gpios: tuple[int, ...], driver: str | None = None
) -> PartView:
    ordered = sorted(shares.items(), key=lambda share: (COLOURS + ONE_LIGHT).index(share[0]))
    return PartView(
        id="lamp",
        kind="lamp",
        number=0,
        label="Lamp",
        gpios=gpios,
        on=light.brightness > 0,
        brightness=light.brightness,
        colour=light.colour,
        kelvin=light.kelvin,
        shares=tuple((led, round(share, 4)) for led, share in ordered),
        driver=driver,
    )
