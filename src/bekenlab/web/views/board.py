"""The picture of a board with its pins, for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from bekenlab.chips import board
from bekenlab.pins import Source
from bekenlab.report.pictures import board_picture, uses_of_subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.analysis.subject import Subject
    from bekenlab.report.pictures import Words


def board_view(subject: Subject, words: Words, name: Callable[[str], str]) -> Markup | None:
    """Picture of the module or chip with its pins; None if neither is known.

    Args:
        subject: The file about the device.
        words: The texts of the picture.
        name: Translates the label of a pin.
    """
    found = board(subject.module, subject.chip)
    if found is None:
        return None
    uses = uses_of_subject(subject, words, name)
    doubtful = subject.source is Source.FIRMWARE_DEFAULT
    # Our own SVG; text from the file is escaped in it.
    drawn = board_picture(found, uses, words_of=words, standalone=False, doubtful=doubtful)
    return Markup(drawn)  # noqa: S704
