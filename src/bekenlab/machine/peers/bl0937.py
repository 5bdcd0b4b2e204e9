"""A power meter on three wires: BL0937, or HLW8012, which has the same wires.

CF gives pulses of power, CF1 of voltage or of current, whichever its input SEL selects. Source: the
data sheets of BL0937 (Shanghai Belling) and HLW8012 (Hiliwei).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.machine.peers.square_wave import SquareWave

if TYPE_CHECKING:
    from bekenlab.machine.machine import Machine


@dataclass(frozen=True, slots=True)
class Rates:
    """Pulses a second.

    By the data sheet of BL0937 voltage gives 15,397 pulses a second and volt at its input, over a
    reference of 1.218 V. Behind the usual divider, five times 470 kOhm and 1 kOhm, 230 V of mains
    give the rate below; a plug without a load has nearly no current and power.

    Attributes:
        voltage: At CF1, of the voltage.
        current: At CF1, of the current.
        power: At CF.
    """

    voltage: float = 1237.0
    current: float = 2.0
    power: float = 1.0


class Bl0937:
    """A meter; its owner calls :meth:`step` often, 20 ms of device time apart or less.

    Args:
        machine: The chip.
        cf: GPIO that gets pulses of power.
        cf1: GPIO that gets pulses of voltage or current.
        sel: GPIO whose level selects which.
        voltage: The level of ``sel`` that selects the voltage.
        rates: What is measured.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        cf: int,
        cf1: int,
        sel: int,
        voltage: int = 1,
        rates: Rates | None = None,
    ) -> None:
        self._machine = machine
        self._sel, self._voltage = sel, voltage
        self._rates = rates or Rates()
        self._selected: bool | None = None
        self._cf1 = SquareWave(machine, cf1)
        SquareWave(machine, cf).set(self._rates.power)
        self.step()

    def step(self) -> None:
        """Look at SEL, and give pulses of what it selects."""
        voltage = self._machine.board.gpio.level(self._sel) == self._voltage
        if voltage != self._selected:
            self._selected = voltage
            self._cf1.set(self._rates.voltage if voltage else self._rates.current)
