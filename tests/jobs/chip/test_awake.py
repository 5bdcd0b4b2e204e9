"""A loader that gives up silent hosts is kept waiting."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import pytest

from bekenlab.jobs.chip.awake import awake
from bekenlab.link.errors import LineLostError
from bekenlab.link.identity import LoaderKind
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.target import Target


class Loader:
    """As much of a target as is asked, and who asked."""

    def __init__(self, kind: LoaderKind, transport: object = None) -> None:
        self.identity = self.session = self
        self.kind = kind
        self.transport = transport
        self.asked: list[str] = []
        self.twice = threading.Event()
        self.lost = False

    def try_once(self, request: Request) -> None:
        self.asked.append(request.name)
        if len(self.asked) > 1:
            self.twice.set()
        if self.lost:
            raise LineLostError("gone")


def target(loader: Loader) -> Target:
    return cast("Target", loader)


def test_a_loader_in_flash_is_asked_until_the_person_has_answered() -> None:
    loader = Loader(LoaderKind.TUYA)
    with awake(target(loader)):
        assert loader.twice.wait(10)
    assert set(loader.asked) == {"link check"}
    count = len(loader.asked)
    assert not [thread for thread in threading.enumerate() if thread.name == "awake"]
    assert len(loader.asked) == count


def test_a_line_that_is_lost_meanwhile_is_for_the_next_request_to_notice() -> None:
    loader = Loader(LoaderKind.TUYA)
    loader.lost = True
    with awake(target(loader)):
        while not loader.asked:
            threading.Event().wait(0.01)
    assert loader.asked == ["link check"]


@pytest.mark.parametrize(
    "loader",
    [
        Loader(LoaderKind.ROM),
        Loader(LoaderKind.TUYA, VirtualTransport(RomChip("BK7231N"))),
    ],
)
def test_others_are_left_alone(loader: Loader) -> None:
    with awake(target(loader)):
        assert not [thread for thread in threading.enumerate() if thread.name == "awake"]
    assert loader.asked == []
