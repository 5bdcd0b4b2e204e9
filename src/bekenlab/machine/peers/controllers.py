"""Which simulated controller answers for a device: one of either protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.peers.battery_mcu import BatteryMcu
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from bekenlab.mcu.resting import resting_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.mcu.schema import SchemaPoint


def controller_with(
    product: str, points: Sequence[SchemaPoint], *, battery: bool = False
) -> TuyaMcu | BatteryMcu:
    """A simulated controller with these data points, all at rest.

    Args:
        product: Product id it reports.
        points: Its data points.
        battery: Whether it speaks the protocol of battery devices.
    """
    state = resting_state(points)
    if not battery:
        return TuyaMcu(product, points=state)
    asks = tuple(point.id for point in points if point.writable)
    return BatteryMcu(product, points=state, asks=asks)
