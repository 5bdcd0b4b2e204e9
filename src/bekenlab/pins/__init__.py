"""What every pin does, which way round, and how we know: Tuya parameters to a pin map."""

from bekenlab.pins._lights import colours_of_outputs, driver_from_settings
from bekenlab.pins._table import pattern_of
from bekenlab.pins.choose import one_job_each
from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.merge import compare
from bekenlab.pins.model import (
    Battery,
    Colour,
    Evidence,
    LedDriver,
    Meter,
    Pin,
    PinMap,
    Polarity,
    Source,
    Strip,
    UnknownKey,
)

__all__ = [
    "Battery",
    "Colour",
    "Evidence",
    "LedDriver",
    "Meter",
    "Pin",
    "PinMap",
    "Polarity",
    "Source",
    "Strip",
    "UnknownKey",
    "colours_of_outputs",
    "compare",
    "driver_from_settings",
    "one_job_each",
    "pattern_of",
    "pins_from_parameters",
]
