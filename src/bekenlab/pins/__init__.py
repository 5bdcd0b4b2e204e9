"""What every pin does, which way round, and how we know: Tuya parameters to a pin map."""

from bekenlab.pins._lights import colours_of_outputs
from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.merge import compare
from bekenlab.pins.model import (
    Evidence,
    LedDriver,
    Pin,
    PinMap,
    Polarity,
    Source,
    UnknownKey,
)

__all__ = [
    "Evidence",
    "LedDriver",
    "Pin",
    "PinMap",
    "Polarity",
    "Source",
    "UnknownKey",
    "colours_of_outputs",
    "compare",
    "pins_from_parameters",
]
