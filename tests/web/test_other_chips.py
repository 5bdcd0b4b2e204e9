"""What the page of a file offers for chips that bekenlab does not write."""

from dataclasses import replace
from pathlib import Path

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.subject import subject_of
from bekenlab.report.dump_view import dump_view
from bekenlab.web.views.dump import DumpRow, Kind, next_step
from other_flash import flash_of


def test_no_installation_is_offered() -> None:
    file = InputFile("x.bin", Path("x.bin"), flash_of("RTL87X0C"))
    analysis = analyze(file, boot=BootMode.NEVER)
    view = dump_view(analysis)
    assert [pin.gpio for pin in view.pins] == ["PA5", "PA12", "PA14"]
    row = DumpRow(
        "1", "x.bin", 2 << 20, Kind.DUMP, view.chip, "", "", 3, "", runs=False, boots=False
    )
    assert not next_step(view, row, "none", None)
    assert not next_step(view, replace(row, kind=Kind.IMAGE), "none", None)
    bekens = replace(view, chip="BK7231N")
    assert next_step(bekens, replace(row, kind=Kind.IMAGE), "none", None) == "install_this"
    assert subject_of(file, analysis=analysis).chip == "RTL87X0C"
