"""Ranges of flash as people type them."""

from __future__ import annotations

import pytest

from bekenlab.chips import chip
from bekenlab.errors import UsageError
from bekenlab.flashing.erase import parse_range

SIZE = 0x200000


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("0x1d1000+0x1000", 0x1D1000, 0x1D2000),
        ("0X1D1000-0X1d2000", 0x1D1000, 0x1D2000),
        ("4096:8192", 4096, 8192),
        ("004096-008192", 4096, 8192),
        ("all", 0, SIZE),
        ("config", 0x1D1000, 0x1D2000),
    ],
)
def test_ranges_are_written_in_several_ways(text: str, start: int, end: int) -> None:
    assert parse_range(text, chip("BK7231N"), SIZE) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["", "1", "0x", "0x1d1000", "1-2", "4096-4096", "8192-4096",
     "0-" + "9" * 5000, "0-0x" + "f" * 5000,
     "0-99999999999999", "-4096", "\u0664\u0660\u0669\u0666-8192", "b1+b1", "1_0-2_0"],
)  # fmt: skip
def test_what_is_no_range_of_this_flash_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_range(text, chip("BK7231N"), SIZE)
