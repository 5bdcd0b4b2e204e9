"""The Bluetooth controller of a BK7231N: time, interrupts, and activities that meet nobody.

Source: Beken's SDK for BK7231N (OpenBK7231N), ``driver/ble_5_x_rw``: ``ble_reg_blecore.h``
(registers and their values after reset), ``ble_reg_em_ble_et.h``, ``ble_reg_em_ble_cs.h`` and
``em_map.h`` (exchange memory), ``rwip.c``, ``ble_main.c`` and ``libble.a`` (which interrupt means
what).
"""

from bekenlab.machine.devices.ble.ble import Ble

__all__ = ["Ble"]
