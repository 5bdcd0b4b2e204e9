"""Restart a device, and make sure that it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import Action, BekenlabError
from bekenlab.events import Awaiting, EventSink, Message, ignore
from bekenlab.lan.errors import NoAnswerError, WebPasswordError

if TYPE_CHECKING:
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo

_MARGIN = 2.0  # seconds by which its clock and ours may drift apart meanwhile


def restart(device: Device, job: str, *, seconds: float, events: EventSink = ignore) -> DeviceInfo:
    """Restart a device and wait until it is back.

    It has restarted when it reports a shorter uptime than before. If that uptime was short already,
    it has restarted when it was unreachable and reports a shorter uptime than it would have without
    a restart.

    Args:
        device: The device.
        job: Name of the job, for events.
        seconds: How long to wait.
        events: Receives what is being waited for.

    Raises:
        NoAnswerError: It did not come back in time.
        BekenlabError: It refuses.
    """
    before, asked = device.info().uptime, device.clock.now()
    device.reboot()
    return await_restart(device, job, before, asked, seconds=seconds, events=events)


def await_restart(
    device: Device,
    job: str,
    before: int,
    asked: float,
    *,
    seconds: float,
    events: EventSink = ignore,
) -> DeviceInfo:
    """Wait for a device that was asked to restart; see ``restart``.

    Args:
        device: The device.
        job: Name of the job, for events.
        before: Its uptime in seconds when it was asked.
        asked: When that was, by ``device.clock``.
        seconds: How long to wait from now.
        events: Receives what is being waited for.
    """
    clock = device.clock
    deadline = clock.now() + seconds
    away = False
    while True:
        try:
            info = device.info(tries=1)
        except WebPasswordError:
            raise
        except BekenlabError as error:
            seen, away = error.message, True
        else:
            otherwise = before + (clock.now() - asked) - _MARGIN
            if info.uptime < before or (away and info.uptime < otherwise):
                events(Message(job, "restarted", f"{device.host} is back"))
                return info
            seen = "it has not restarted yet"
        left = deadline - clock.now()
        if left <= 0:
            raise NoAnswerError(
                f"{device.host} did not come back within {seconds:.0f} s of its restart: {seen}",
                hint="the router may have given it another address",
                action=Action("find-device"),
            )
        events(Awaiting(job, "restart", seen, "wait", left))
        clock.sleep(device.timeouts.poll)
