"""The state of a session: when keep-alive is allowed, and what happens when the chip is lost."""

from __future__ import annotations

import pytest

from bekenlab.chips import LoaderKind, download_protocol
from bekenlab.link.commands import check_crc, erase_sector
from bekenlab.link.errors import LineLostError, NoReplyError
from bekenlab.link.session.policy import UNKNOWN_LOADER, LoaderPolicy
from bekenlab.link.session.state import Phase, SessionState

GIVES_UP = 0.1  # seconds of silence after which the loader of a BK7231T restarts
ASK, CHANGE = check_crc(0, 256), erase_sector(0x11000)
GONE = NoReplyError("gone")


def ready() -> SessionState:
    state = SessionState()
    state.linked()
    return state


def test_no_keep_alive_while_a_loader_may_wait_for_the_rest_of_a_change() -> None:
    state = ready()
    assert state.allows_keep_alive
    state.asks(CHANGE)
    assert state.phase is Phase.CHANGING
    assert not state.allows_keep_alive
    state.settled()
    assert state.allows_keep_alive


def test_keep_alive_is_allowed_after_requests_that_change_nothing() -> None:
    state = ready()
    state.asks(ASK)
    assert state.phase is Phase.READY
    assert state.allows_keep_alive


def test_another_request_takes_the_place_of_a_change_that_was_not_answered() -> None:
    state = ready()
    state.asks(CHANGE)
    state.asks(ASK)
    assert state.phase is Phase.READY


def test_no_keep_alive_while_requests_are_in_flight() -> None:
    state = ready()
    state.has_in_flight(2)
    assert not state.allows_keep_alive
    state.has_in_flight(0)
    assert state.allows_keep_alive


def test_no_keep_alive_after_the_firmware_was_started_until_linked_again() -> None:
    state = ready()
    state.started()
    state.settled()
    assert not state.allows_keep_alive
    state.linked()
    assert state.allows_keep_alive


def test_a_known_policy_replaces_the_default() -> None:
    state = SessionState()
    assert not state.policy.waits
    state.adopt(LoaderPolicy(waits=True))
    assert state.policy.waits


def test_a_failure_is_raised_once() -> None:
    state = ready()
    state.fail(LineLostError("unplugged"))
    with pytest.raises(LineLostError, match="unplugged"):
        state.raise_failure()
    state.raise_failure()


def test_a_lost_chip_is_linked_and_checked() -> None:
    state = ready()
    done: list[str] = []

    def relink() -> None:
        assert state.phase is Phase.UNLINKED
        state.linked()
        done.append("linked")

    state.relink_with(relink)
    state.check_after_relink(lambda: done.append("checked"))
    state.find_again(GONE)
    state.find_again(GONE)
    assert done == ["linked", "checked"] * 2
    assert state.phase is Phase.READY


def test_a_chip_lost_while_it_is_linked_again_is_lost() -> None:
    state = ready()
    state.relink_with(lambda: state.find_again(GONE))
    for _ in range(2):  # the way to link it outlives the failure
        with pytest.raises(NoReplyError, match="gone"):
            state.find_again(GONE)


def test_another_chip_that_answers_is_an_error() -> None:
    state = ready()
    state.relink_with(state.linked)

    def check() -> None:
        raise LineLostError("another chip")

    state.check_after_relink(check)
    with pytest.raises(LineLostError, match="another chip"):
        state.find_again(GONE)


def test_a_lost_chip_without_a_way_to_relink_is_an_error() -> None:
    with pytest.raises(NoReplyError, match="gone"):
        ready().find_again(GONE)


@pytest.mark.parametrize(
    ("kind", "waits", "nudged"),
    [
        (LoaderKind.ROM, True, False),
        (LoaderKind.TUYA, False, True),
        (LoaderKind.OTHER, False, False),
    ],
)
def test_what_each_kind_of_loader_needs(kind: LoaderKind, *, waits: bool, nudged: bool) -> None:
    """A ROM waits forever; an unknown loader in flash may lose what arrives while it works."""
    policy = LoaderPolicy.of(download_protocol(kind))
    assert policy.waits is waits
    assert policy.most_nudges == (UNKNOWN_LOADER.most_nudges if nudged else 0)


def test_an_unknown_loader_is_not_left_to_give_up_nor_told_the_rest_of_an_erase_command() -> None:
    assert not UNKNOWN_LOADER.waits
    assert UNKNOWN_LOADER.longest_silence <= GIVES_UP / 2
    assert UNKNOWN_LOADER.nudge_after <= GIVES_UP / 2
    assert 0.6 <= UNKNOWN_LOADER.forgets_after < 1
