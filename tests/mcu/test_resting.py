"""The state in which a simulated controller begins."""

from __future__ import annotations

import pytest

from bekenlab.mcu.frames import DataPoint
from bekenlab.mcu.resting import resting_state
from bekenlab.mcu.schema import SchemaPoint


@pytest.mark.parametrize(
    ("point", "data"),
    [
        (SchemaPoint(1, "bool"), b"\0"),
        (SchemaPoint(1, "value", least=10, most=1000), b"\0\0\0\x0a"),
        (SchemaPoint(1, "value", least=-400, most=-10), b"\xff\xff\xff\xf6"),
        (SchemaPoint(1, "enum", words=("low", "high")), b"\0"),
        (SchemaPoint(1, "bitmap", length=8), b"\0"),
        (SchemaPoint(1, "string"), b""),
        (SchemaPoint(5, "string", length=14, code="colour_data"), b"ff00000000ffff"),
        (SchemaPoint(1, "raw"), b""),
        (SchemaPoint(6, "raw", code="phase_a"), bytes(8)),
    ],
)
def test_each_kind_has_a_value(point: SchemaPoint, data: bytes) -> None:
    (found,) = resting_state([point])
    assert isinstance(found, DataPoint)
    assert (found.number, found.data) == (point.id, data)


def test_an_unknown_kind_has_none() -> None:
    assert resting_state([SchemaPoint(1, "picture")]) == ()
