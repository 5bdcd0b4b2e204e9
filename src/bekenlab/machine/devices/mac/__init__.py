"""The Wi-Fi MAC: states, timers, transmit queues, receive lists, keys.

Without an antenna nothing is transmitted or received, and scans find nothing. ``machine.air``
connects one. Source of the registers: ``reg_mac_core.h``, ``reg_mac_pl.h`` and ``hal_desc.h`` of
Beken's SDK (beken_freertos_sdk), and what firmware does with them.
"""

from bekenlab.machine.devices.mac.antenna import Antenna
from bekenlab.machine.devices.mac.mac import Mac

__all__ = ["Antenna", "Mac"]
