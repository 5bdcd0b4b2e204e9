"""``bekenlab obk probe``: buttons and outputs are found by trying, with a person who watches."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.chip.frontend import Frontend, facing
from bekenlab.cli.obk.options import DeviceOptions, confirm, device_of, device_options
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console
from bekenlab.cli.questions import agrees

if TYPE_CHECKING:
    from bekenlab.jobs.lan.copies import Copies
    from bekenlab.jobs.lan.gpio_probe import ProbePlan
    from bekenlab.jobs.lan.probe_answers import Answer, FoundInput, Trial
    from bekenlab.jobs.lan.probe_record import ProbeRecords
    from bekenlab.lan.device import Device

_KEYS = {
    "c": "relay",
    "l": "led",
    "r": "red",
    "g": "green",
    "b": "blue",
    "k": "cold",
    "w": "warm",
    "n": "nothing",
    "a": "again",
    "u": "back",
    "q": "stop",
}
_MENU = (
    "c click, l LED, n nothing; lamp: r red, g green, b blue, k cold, w warm;\n"
    "a again, u back one pin, q stop"
)


@click.command("probe")
@device_options(changes=True)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A dump, template or log of this device: the pins in it are tried first.",
)
@click.option("--inputs", is_flag=True, help="Only find buttons; no pin is driven.")
@click.option("--adapter", is_flag=True, help="A serial adapter or programmer is attached.")
@click.option(
    "--seconds",
    type=click.FloatRange(1, 600),
    default=20,
    show_default=True,
    metavar="N",
    help="How long buttons are waited for.",
)
@click.option("--restore", is_flag=True, help="Only put back what an interrupted probe left.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the template to FILE.",
)
@click.option(
    "--backups",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to keep a copy of the old data; default: bekenlab's folder in your home.",
)
def probe(
    options: DeviceOptions,
    source: Path | None,
    inputs: bool,
    adapter: bool,
    seconds: float,
    restore: bool,
    output: Path | None,
    backups: Path | None,
) -> None:
    """Find a device's buttons, relays and LEDs by trying, and put its settings back.

    All pins become inputs while you press the buttons; then one pin after another is driven for a
    moment, and you say what happened. If this is interrupted, the next run offers to put the
    settings back.
    """
    from bekenlab.analysis.subject import read_subject
    from bekenlab.jobs.lan.gpio_probe import plan_probe
    from bekenlab.report.lan_probe import probe_plan_json, probe_plan_text

    with facing("obk probe", as_json=options.as_json) as frontend:
        told = source and with_one_input(source, read_subject, as_json=options.as_json)
        device = device_of(options)
        copies, records = _kept(backups)
        if _put_back(device, records, options, frontend, only=restore):
            return
        plan = plan_probe(device, records, told or None, adapter=adapter)
        frontend.result = {"plan": probe_plan_json(plan), "dry_run": options.dry_run}
        frontend.show(probe_plan_text(plan))
        if options.dry_run:
            return
        _check_person(options, inputs=inputs)
        confirm(options, "Try the pins? Nothing dangerous must be connected. Begin")
        _run(device, plan, (copies, records), frontend, (seconds, not inputs), output)


def _run(
    device: Device,
    plan: ProbePlan,
    kept: tuple[Copies, ProbeRecords],
    frontend: Frontend,
    wanted: tuple[float, bool],
    output: Path | None,
) -> None:
    from bekenlab.jobs.lan.gpio_probe import run_probe
    from bekenlab.report.lan_probe import probe_json, probe_text

    copies, records = kept
    seconds, outputs = wanted
    asking = _Asking(frontend)
    result = run_probe(
        device, plan, asking, records, copies, seconds=seconds, outputs=outputs, events=frontend
    )
    frontend.result |= probe_json(result)
    if output is not None:
        _write(output, frontend.result["template"])
    frontend.clear()
    if not frontend.as_json:
        console().print(probe_text(result))


def _write(path: Path, template: object) -> None:
    import json

    from bekenlab.errors import file_access
    from bekenlab.files import write_whole

    try:
        write_whole(path, (json.dumps(template, indent=2) + "\n").encode())
    except OSError as error:
        raise file_access(path, "written", error) from error


def _kept(folder: Path | None) -> tuple[Copies, ProbeRecords]:
    from datetime import datetime

    from bekenlab.flashing.places import state_folder
    from bekenlab.jobs.lan.copies import Copies
    from bekenlab.jobs.lan.probe_record import ProbeRecords

    devices = state_folder() / "devices"
    return (
        Copies(folder or devices, lambda: datetime.now().astimezone()),
        ProbeRecords(devices),
    )


def _put_back(
    device: Device,
    records: ProbeRecords,
    options: DeviceOptions,
    frontend: Frontend,
    *,
    only: bool,
) -> bool:
    """Whether there is nothing else to do: what an interrupted probe left comes first."""
    from bekenlab.jobs.lan.probe_restore import put_back
    from bekenlab.report.lan_probe import put_back_text

    if not only and records.find(device.info(), str(device.host)) is None:
        return False
    if options.dry_run:
        frontend.result = {"dry_run": True, "interrupted": True}
        if not options.as_json:
            click.echo("An earlier probe was interrupted; its settings would be put back first.")
        return True
    if not only:
        confirm(options, "An earlier probe was interrupted. Put the settings back")
    changed = put_back(device, records, events=frontend)
    frontend.result = {"restored": True, "changed": list(changed)}
    frontend.show(put_back_text(changed))
    return True


def _check_person(options: DeviceOptions, *, inputs: bool) -> None:
    """Somebody has to say what happened; buttons alone need nobody at a terminal."""
    from bekenlab.errors import RefusedError

    if not inputs and (options.as_json or not sys.stdin.isatty()):
        raise RefusedError(
            "somebody has to say what happens when a pin is driven, and there is no terminal to "
            "ask on",
            hint="add --inputs to find only the buttons",
        )


class _Asking:
    """Asks at the terminal; without one, buttons are waited for once."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend = frontend
        self._explained = False

    def press_now(self, seconds: float) -> None:
        """See ``Person``."""
        self._say(f"Press every button, one after another, for a second each ({seconds:.0f} s).")

    def pressed(self, found: FoundInput) -> None:
        """See ``Person``."""
        level = found.active.value.removeprefix("active_")
        self._say(f"P{found.gpio} is a button: {level} when pressed")

    def more_buttons(self, found: int) -> bool:
        """See ``Person``."""
        if self._frontend.as_json or not sys.stdin.isatty():
            return False
        self._frontend.clear()
        return agrees(f"{found} found. Wait for more buttons")

    def happened(self, trial: Trial) -> Answer:
        """See ``Person``."""
        from bekenlab.jobs.lan.probe_answers import Answer

        self._frontend.clear()
        if not self._explained:
            self._explained = True
            click.echo(_MENU, err=True)
        said = f", {trial.likely.text} in the file" if trial.likely else ""
        where = f"[{trial.number}/{trial.count}] P{trial.gpio}{said}"
        while True:
            typed = str(click.prompt(f"{where}: what happened?", default="n", err=True))
            if typed.strip().lower() in _KEYS:
                return Answer(_KEYS[typed.strip().lower()])
            click.echo(_MENU, err=True)

    def _say(self, text: str) -> None:
        self._frontend.clear()
        if not self._frontend.as_json:
            click.echo(text, err=True)


COMMANDS = (probe,)
