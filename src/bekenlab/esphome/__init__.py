"""ESPHome: a configuration that compiles into a firmware for the device."""

from bekenlab.esphome.boards import update_address
from bekenlab.esphome.build import Firmware, build_firmware

__all__ = ["Firmware", "build_firmware", "update_address"]
