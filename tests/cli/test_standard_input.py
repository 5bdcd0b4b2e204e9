"""``-`` for a file: standard input."""

import lzma
from pathlib import Path

from click.testing import CliRunner

from bekenlab.cli.main import main

LOG = (
    "V:BK7231N_1.0.1\r\n"
    "[01-01 18:12:16 TUYA N][lr:0x603b7] cfg:[,rl1_pin:6,rl1_lv:1,module:CB3S,}\r\n"
    "[01-01 18:12:16 TUYA N][lr:0x603b7] ssid:My Home Net,passwd:correct horse\r\n"
)


def test_log_parse_reads_it() -> None:
    run = CliRunner().invoke(main, ["log", "parse", "-"], input=LOG)
    assert run.exit_code == 0
    assert run.output.startswith("standard input")
    assert "Relay 1 (channel 1) on P6" in run.output


def test_it_may_be_packed() -> None:
    packed = lzma.compress(LOG.encode())
    run = CliRunner().invoke(main, ["log", "parse", "--json", "-"], input=packed)
    assert '"name":"standard input"' in run.output


def test_redact_reads_it(tmp_path: Path) -> None:
    out = tmp_path / "out.log"
    run = CliRunner().invoke(main, ["redact", "-", "-o", str(out)], input=LOG)
    assert run.exit_code == 0
    assert "My Home Net" not in out.read_text()
    assert len(out.read_text()) == len(LOG.replace("\r\n", "\n"))


def test_nothing_in_it_is_an_error() -> None:
    run = CliRunner().invoke(main, ["log", "parse", "-"], input="", standalone_mode=False)
    assert run.exception is not None
