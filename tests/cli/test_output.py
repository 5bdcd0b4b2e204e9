"""How results reach the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.cli.output import console

if TYPE_CHECKING:
    import pytest


def test_a_name_with_colons_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("socket :bulb: 2")
    assert capsys.readouterr().out == "socket :bulb: 2\n"
