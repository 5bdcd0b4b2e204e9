"""Boot a file: read it, find out which chip it is for, and run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import RefusedError, UnsupportedError
from bekenlab.image import read_image
from bekenlab.jobs.analyze import analyze
from bekenlab.jobs.boot import BootOptions, BootReport, Listener, boot, nothing_to_run
from bekenlab.jobs.boot_findings import BootMode
from bekenlab.jobs.inputs import expand, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def boot_file(
    path: Path,
    *,
    chip: str | None = None,
    options: BootOptions | None = None,
    listen: Listener = lambda _seconds, _text: None,
    interrupted: Callable[[], bool] | None = None,
) -> BootReport:
    """Read a file and boot it.

    Args:
        path: A dump or app image, packed or not.
        chip: Chip to model instead of the one recognised.
        options: How to boot and when to stop.
        listen: Called with (device seconds, text) for each piece of log as it is printed.
        interrupted: Asked now and then; True ends the run.

    Raises:
        BekenlabError: The file cannot be read or run; see ``boot``.
    """
    (path,) = expand([path])[:1]
    analyses = [analyze(file, boot=BootMode.NEVER) for file in load(path)]
    runnable = [analysis for analysis in analyses if analysis.image and analysis.image.logical]
    if not runnable:
        raise analyses[0].problem or nothing_to_run()
    if len(runnable) > 1:
        names = ", ".join(analysis.file.name for analysis in runnable)
        raise RefusedError(
            f"{path.name} holds several dumps: {names}", hint="unpack it and boot one of them"
        )
    analysis = runnable[0]
    name = analysis.chip.name if chip is None else chip
    if name is None:
        raise UnsupportedError(
            "nothing in this file says which chip it is for", hint="name the chip with --chip"
        )
    return boot(
        analysis.image or read_image(b""),
        chip=name,
        tuya=analysis.tuya,
        options=options,
        listen=listen,
        interrupted=interrupted,
    )
