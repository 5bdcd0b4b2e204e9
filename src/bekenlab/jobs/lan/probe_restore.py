"""Put back what a probe has changed on a device, now or in a later run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError, RefusedError, UnsupportedError
from bekenlab.events import EventSink, ignore
from bekenlab.jobs.lan.apply import carry_out
from bekenlab.jobs.lan.apply_plan import ApplyPlan, Columns
from bekenlab.jobs.lan.pins import chip_of
from bekenlab.jobs.lan.settings import plan_restore
from bekenlab.jobs.obk_config import read_config

if TYPE_CHECKING:
    from bekenlab.jobs.lan.probe_record import ProbeRecords
    from bekenlab.lan.device import Device


def put_back(
    device: Device, records: ProbeRecords, *, events: EventSink = ignore
) -> tuple[str, ...]:
    """Give a device its pins back, restart it, verify it, and delete the record.

    The record is kept until all of this is done, so it can be repeated.

    Args:
        device: The device.
        records: Where unfinished probes are kept.
        events: Receives events.

    Returns:
        Names of settings that differ from those before: a probe changes pins only, so somebody else
        changed these, and they are left as they are.

    Raises:
        RefusedError: There is no record of this device, or its firmware is another one by now.
        VerifyFailedError: The device does not have its old pins in the end.
    """
    info = device.info()
    host = str(device.host)
    record = records.find(info, host)
    if record is None:
        raise RefusedError("there is nothing to put back: no probe of this device was interrupted")
    pins = device.pins()
    if record.build != info.build or len(record.roles) != len(pins.roles):
        raise RefusedError(
            "the device has another firmware than during the probe, with other numbers of roles",
            hint=f"its settings from before are in {record.kept}",
        )
    wanted = Columns(record.roles, record.channels, record.second_channels)
    now = Columns(pins.roles, pins.channels, pins.second_channels)
    chip = chip_of(info)
    carry_out(device, ApplyPlan(info, chip, host, (), now, wanted, None, None, ()), events=events)
    changed = _changed(device, Path(record.kept))
    records.forget(info, host)
    return changed


def _changed(device: Device, kept: Path) -> tuple[str, ...]:
    """What else differs from the copy; nothing if that was moved away."""
    try:
        plan = plan_restore(device, read_config(kept))
    except (BekenlabError, OSError) as error:
        if isinstance(error, UnsupportedError):
            raise
        return ()
    return tuple(each.name for each in plan.differences)
