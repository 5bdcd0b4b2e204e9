"""How the chips' serial ports are set: 8 data bits, no parity, one stop bit (docs/formats.md)."""

BITS_PER_BYTE = 10
"""Bits on the line for each byte: start, eight of data, stop."""

LOG_BAUD = 115_200
"""Rate at which firmware prints its log on UART2."""
