"""The report of ``analyze``: everything learnt from one file, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.analysis.identify import ChipVerdict
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.errors import BekenlabError, Notice
    from bekenlab.image import Image
    from bekenlab.pins.model import PinMap
    from bekenlab.tuya.firmware import Firmware


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The file analysed.

    Attributes:
        name: Base name.
        size: Bytes, unpacked; 0 where it could not be unpacked.
        sha256: Of the unpacked bytes, hexadecimal; empty where it could not be unpacked.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was learnt from one file.

    Attributes:
        file: The file.
        image: The dump, understood; None for a file that holds only a configuration.
        chip: Which chip, and why.
        firmware: Identity of the app.
        tuya: What Tuya's firmware stored.
        module: Module name as the configuration gives it, or None.
        pins: The pin map.
        template: OpenBeken template in the web app's form.
        description: The pin map in plain text, for a forum.
        notices: Everything the reader should know.
        problem: Why this is not a usable dump, or None; what is known is filled in all the same.
        seconds: Time the analysis took.
    """

    file: FileFacts
    image: Image | None
    chip: ChipVerdict
    firmware: Firmware
    tuya: TuyaFindings
    module: str | None
    pins: PinMap
    template: Mapping[str, Any]
    description: str
    notices: tuple[Notice, ...]
    problem: BekenlabError | None
    seconds: float = field(compare=False)
