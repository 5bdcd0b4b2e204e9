"""The result of ``analyze``: everything learned from one file, as plain values."""

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
        size: Size in bytes, unpacked; 0 if it could not be unpacked.
        sha256: Of the unpacked bytes, hexadecimal; empty if it could not be unpacked.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was learned from one file.

    Attributes:
        file: The file.
        image: The parsed dump; None for a file that holds only a configuration.
        chip: Which chip, and why.
        firmware: Identity of the app.
        tuya: What Tuya's firmware stored.
        module: Module name from the configuration, or None.
        pins: The pin map.
        template: OpenBeken template in the web app's form.
        description: The pin map in plain text, for a forum.
        notices: Warnings for the reader.
        problem: Why this is not a usable dump, or None; the other fields are filled in as far as
            possible.
        seconds: Duration of the analysis.
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
