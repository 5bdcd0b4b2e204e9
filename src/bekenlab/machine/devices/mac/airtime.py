"""How long a frame is on air, by its rate (IEEE 802.11-2016, clauses 16.2, 17.4 and 19.4)."""

from __future__ import annotations

from dataclasses import dataclass

#: Rates of the hardware's index, in units of 100 kbit/s: four of DSSS, then eight of OFDM.
LEGACY = (10, 20, 55, 110, 60, 90, 120, 180, 240, 360, 480, 540)
#: Data bits in each OFDM symbol of 4 microseconds, for HT rates 0 to 7 with one stream in 20 MHz.
_HT_BITS = (26, 52, 78, 104, 156, 208, 234, 260)
_DSSS = 4
_LONG_PREAMBLE, _SHORT_PREAMBLE = 192, 96
_OFDM_PREAMBLE, _SYMBOL, _SIGNAL_EXTENSION = 20, 4, 6
_HT_PREAMBLE = 36
_SERVICE_AND_TAIL = 22
SIFS, SLOT = 10, 9
_ACK_LENGTH = 14
FCS = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate.

    Attributes:
        index: Index into ``LEGACY``, or the HT rate (MCS) 0 to 7.
        ht: Whether it is an HT rate.
        short_preamble: Whether a DSSS rate is sent with the short preamble.
    """

    index: int
    ht: bool = False
    short_preamble: bool = False

    @property
    def dsss(self) -> bool:
        """Whether it is one of the rates of 802.11b."""
        return not self.ht and self.index < _DSSS

    @property
    def half_megabits(self) -> int:
        """In units of 500 kbit/s; 0 for an HT rate."""
        return 0 if self.ht else LEGACY[self.index] // 5


SLOWEST = Rate(0)


def duration(rate: Rate, length: int) -> int:
    """Microseconds on air.

    Args:
        rate: The rate.
        length: Bytes of the frame, FCS included.
    """
    if rate.dsss:
        preamble = _SHORT_PREAMBLE if rate.short_preamble and rate.index else _LONG_PREAMBLE
        return preamble - (-length * 80 // LEGACY[rate.index])
    bits = _SERVICE_AND_TAIL + 8 * length
    per_symbol = _HT_BITS[rate.index & 7] if rate.ht else LEGACY[rate.index] * _SYMBOL // 10
    preamble = _HT_PREAMBLE if rate.ht else _OFDM_PREAMBLE
    return preamble + _SYMBOL * -(-bits // per_symbol) + _SIGNAL_EXTENSION


def exchange(rate: Rate, length: int, *, acknowledged: bool) -> int:
    """Microseconds of a frame and, if it is acknowledged, of the acknowledgement."""
    alone = duration(rate, length)
    if not acknowledged:
        return alone
    answer = Rate(0) if rate.dsss else Rate(_DSSS)
    return alone + SIFS + duration(answer, _ACK_LENGTH)
