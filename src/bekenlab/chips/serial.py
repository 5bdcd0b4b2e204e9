"""Settings of the chips' UARTs: 8 data bits, no parity, one stop bit (docs/formats.md)."""

BITS_PER_BYTE = 10
"""Bits on the wire per byte: a start bit, eight data bits, a stop bit."""

LOG_BAUD = 115_200
"""Baud rate at which firmware prints its log on UART2."""
