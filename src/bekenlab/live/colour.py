"""Colour of a lamp on the screen, from the level of each LED.

LED currents and PWM duties are proportional to light, so they are mixed linearly and converted to
sRGB (IEC 61966-2-1) at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WARM_KELVIN, COOL_KELVIN = 2700, 6500

ONE_LIGHT = "l"
"""Letter of a lamp's only LED; its colour is unknown and drawn as a neutral white."""

#: Linear red, green, blue of each LED. The whites are black bodies of 6500 K and 2700 K in sRGB,
#: brightest component 1 (Planck's law and the CIE 1931 observer).
_LIGHT = {
    "r": (1.0, 0.0, 0.0),
    "g": (0.0, 1.0, 0.0),
    "b": (0.0, 0.0, 1.0),
    "c": (1.0, 0.97, 0.98),
    "w": (1.0, 0.42, 0.10),
    ONE_LIGHT: (1.0, 0.72, 0.44),
}


@dataclass(frozen=True, slots=True)
class Glow:
    """Light emitted by a lamp.

    Attributes:
        brightness: Level of the brightest LED, 0 to 1, proportional to light.
        colour: ``"#rrggbb"`` of the light at full strength; white if the lamp is off.
        kelvin: Colour temperature of the white LEDs, or None if they are off.
    """

    brightness: float
    colour: str
    kelvin: int | None


def glow(shares: Mapping[str, float]) -> Glow:
    """Mix the light of LEDs.

    Args:
        shares: Duty or current of each LED, 0 to 1, by its letter of ``rgbcw`` or
            ``ONE_LIGHT``.
    """
    mixed = [sum(share * _LIGHT[led][n] for led, share in shares.items()) for n in range(3)]
    most = max(mixed)
    if most <= 0:
        return Glow(0.0, "#ffffff", None)
    colour = "".join(f"{_srgb(part / most):02x}" for part in mixed)
    return Glow(min(1.0, max(shares.values())), f"#{colour}", _kelvin(shares))


def _kelvin(shares: Mapping[str, float]) -> int | None:
    """Mix in mired, in which equal steps look equal."""
    cool, warm = shares.get("c", 0.0), shares.get("w", 0.0)
    if cool + warm <= 0:
        return None
    mired = (cool * 1e6 / COOL_KELVIN + warm * 1e6 / WARM_KELVIN) / (cool + warm)
    return round(1e6 / mired / 50) * 50


def _srgb(linear: float) -> int:
    encoded = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * encoded)
