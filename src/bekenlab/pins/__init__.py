"""Turns Tuya parameters into a pin map: the role, active level and evidence of each pin."""

from bekenlab.pins._lights import colours_of_outputs, driver_from_settings
from bekenlab.pins._switching import curtain_notices
from bekenlab.pins._table import is_level_key, is_pin_key, is_setting_key, pattern_of
from bekenlab.pins.choose import one_job_each
from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.merge import compare
from bekenlab.pins.model import (
    Battery,
    Colour,
    Curtain,
    Evidence,
    LedDriver,
    Meter,
    Pin,
    PinMap,
    Polarity,
    PowerOn,
    Source,
    Strip,
    UnknownKey,
)

__all__ = [
    "Battery",
    "Colour",
    "Curtain",
    "Evidence",
    "LedDriver",
    "Meter",
    "Pin",
    "PinMap",
    "Polarity",
    "PowerOn",
    "Source",
    "Strip",
    "UnknownKey",
    "colours_of_outputs",
    "compare",
    "curtain_notices",
    "driver_from_settings",
    "is_level_key",
    "is_pin_key",
    "is_setting_key",
    "one_job_each",
    "pattern_of",
    "pins_from_parameters",
]
