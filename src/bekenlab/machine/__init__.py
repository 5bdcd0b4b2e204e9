"""The virtual chip: boots a firmware image without the hardware."""

from bekenlab.machine.image import FlashImage
from bekenlab.machine.machine import Machine
from bekenlab.machine.run import Outcome, PinEdge, StopReason, Until

__all__ = ["FlashImage", "Machine", "Outcome", "PinEdge", "StopReason", "Until"]
