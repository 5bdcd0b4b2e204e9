"""What a device is compiled for, with the abilities of its pins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Board:
    """A board of ESPHome.

    Attributes:
        name: ESPHome's name for it, e.g. ``"cb2s"``.
        chip: Name of the chip on it.
        family: Chip family, if ESPHome must be given it, else empty.
        gpios: GPIO numbers that it has pins for.
        analog: Those with an analogue input.
        pwm: GPIO numbers that can do PWM.
        notes: Sentences about the choice of board.
        platform: ESPHome's platform of its chip.
        pwm_platform: ESPHome's component for PWM outputs on it.
        names: What ESPHome calls its pins, by GPIO number, where that is not ``P`` and the number.
        log_pins: Pins that its log goes to, where a chip has one port for that.
    """

    name: str
    chip: str
    family: str
    gpios: frozenset[int]
    analog: frozenset[int]
    pwm: frozenset[int]
    notes: tuple[str, ...] = ()
    platform: str = "bk72xx"
    pwm_platform: str = "libretiny_pwm"
    names: Mapping[int, str] = field(default_factory=dict)
    log_pins: frozenset[int] = frozenset()

    def pin_name(self, gpio: int) -> str:
        """A pin as ESPHome names it."""
        return self.names.get(gpio, f"P{gpio}")
