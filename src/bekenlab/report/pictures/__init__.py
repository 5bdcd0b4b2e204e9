"""Pictures as SVG: modules and chips with pins and wiring, maps of flash.

A picture is a pure function from typed facts to text. A standalone picture includes its style
sheet; one for a page (``standalone=False``) has only classes and plain colours, no style or script,
and needs ``stylesheet()`` in that page.
"""

from bekenlab.report.pictures.board import board_picture, draw_board
from bekenlab.report.pictures.flash_facts import FlashFacts, FlashRegion, flash_facts
from bekenlab.report.pictures.flash_map import draw_flash, flash_map
from bekenlab.report.pictures.theme import stylesheet
from bekenlab.report.pictures.uses import Use, Uses, uses_of, uses_of_subject
from bekenlab.report.pictures.wiring import wiring_picture
from bekenlab.report.pictures.wiring_facts import Wire, Wiring, wiring_notes, wiring_of
from bekenlab.report.pictures.words import ENGLISH, Words

__all__ = [
    "ENGLISH",
    "FlashFacts",
    "FlashRegion",
    "Use",
    "Uses",
    "Wire",
    "Wiring",
    "Words",
    "board_picture",
    "draw_board",
    "draw_flash",
    "flash_facts",
    "flash_map",
    "stylesheet",
    "uses_of",
    "uses_of_subject",
    "wiring_notes",
    "wiring_of",
    "wiring_picture",
]
