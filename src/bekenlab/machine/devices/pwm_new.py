"""The PWM generator of BK7231N: three groups of two channels; its registers are only remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import Device, Wiring

if TYPE_CHECKING:
    from collections.abc import Mapping


class NewPwm(Device):
    """Six channels."""

    def __init__(self, wiring: Wiring, pins: Mapping[str, int]) -> None:
        super().__init__(wiring)
        self.pins = {int(gpio): channel for gpio, channel in pins.items()}
