"""The matrix of other chips in docs/chips.md: every cell is what bekenlab does."""

import re
from pathlib import Path

import pytest

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import OtherChipError, chip, find_other_chip, other_chips
from bekenlab.errors import UnsupportedError
from bekenlab.esphome import build_firmware
from bekenlab.openbeken import build_template
from bekenlab.openbeken.to_pins import pins_from_template
from other_flash import KEY_BASES, MARKS, flash_of

PAGE = (Path(__file__).parents[2] / "docs" / "chips.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.partition("<!-- begin matrix -->")[2].partition("<!-- end")[0].splitlines()[3:]
    if len(cells := [cell.strip() for cell in line.strip("| ").split("|")]) == 8
}


def test_every_chip_has_a_row() -> None:
    assert list(ROWS) == [one.name for one in other_chips()]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_so(name: str) -> None:
    recognised, storage, pins, template, esphome, backup, write = ROWS[name]
    one = find_other_chip(name)
    assert one is not None
    # recognised, storage: with the marks of the chip, or of the one it is taken for
    taken = re.sub("^taken for ", "", recognised)
    marked = name if recognised in ("by content", "by storage") else taken
    data = flash_of(marked if marked in MARKS else "?")
    found = analyze(InputFile("x.bin", Path("x.bin"), data), boot=BootMode.NEVER)
    expected = marked if marked in MARKS else None
    assert found.chip.name == expected
    assert (recognised == "by storage") == (name in KEY_BASES and not one.marks)
    assert (storage, len(found.pins.pins)) == ("yes", 3)
    # pins, template: of every pin that OpenBeken knows
    numbers = {str(pin.openbeken): "Rel;1" for pin in one.pins}
    read = pins_from_template({"chip": name, "pins": numbers})
    assert (pins, {pin.place for pin in read.pins}) == ("yes", {pin.name for pin in one.pins})
    assert (template, build_template(read, chip=name)["pins"]) == ("yes", numbers)
    # esphome
    if esphome == "-":
        with pytest.raises(UnsupportedError, match="ESPHome has no board"):
            build_firmware(read, chip=name)
    else:
        assert f"\n{esphome}:\n" in build_firmware(read, chip=name).yaml
    # backup, write
    assert (backup, write) == ("no", "no")
    with pytest.raises(OtherChipError):
        chip(name)
