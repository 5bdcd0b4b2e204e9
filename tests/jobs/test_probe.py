"""A probe concludes from behaviour alone, and compares with storage afterwards."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bekenlab.events import Advanced, Event, Finished, Started
from bekenlab.jobs.probe import ProbeReport, probe_file
from bekenlab.samples import build_sample
from bekenlab.tuya.storage.read import read_storage
from bekenlab.tuya.storage.rewrite import with_values

PARAMETERS = "user_param_key"
NAMES = (b"rl1_pin", b"bt1_pin", b"netled1_pin")


def permuted() -> bytes:
    """The sample, whose firmware has its pins built in, with other pins in its storage."""
    flash = build_sample()
    storage = read_storage(flash)
    assert storage is not None
    text = storage.value(PARAMETERS)
    assert text is not None
    for number, name in enumerate(NAMES):
        assert name + b":" in text
        text = text.replace(name + b":", b"%d:" % number)
    for number, name in enumerate((*NAMES[1:], NAMES[0])):
        text = text.replace(b"%d:" % number, name + b":", 1)
    return with_values(flash, {PARAMETERS: text})


@cache
def report(*, other: bool) -> ProbeReport:
    events: list[Event] = []
    with TemporaryDirectory() as folder:
        path = Path(folder, "plug.bin")
        content = permuted() if other else build_sample()
        path.write_bytes(content)
        found = probe_file(path, workers=1, wall_seconds=600, events=events.append)
        assert path.read_bytes() == content
    done = [event.done for event in events if isinstance(event, Advanced)]
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert done == sorted(done)
    assert done[-1] == 100
    return found


def test_other_names_of_parameters_change_no_conclusion() -> None:
    assert report(other=True).conclusions == report(other=False).conclusions


def test_the_comparison_says_where_storage_differs() -> None:
    same = {each.gpio: each.same for each in report(other=False).agreement}
    assert same == {6: False, 7: False, 8: True, 10: True, 24: False, 26: True}
    differs = {each.gpio: each.same for each in report(other=True).agreement}
    assert not any(differs.values())
    assert {8, 10, 26} <= set(differs)
