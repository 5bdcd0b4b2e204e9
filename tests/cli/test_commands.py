"""``bekenlab``: what is printed where, and with which status it ends."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

import contract
from bekenlab import __version__
from bekenlab.samples import SAMPLE_NAME, build_sample
from cli.program import COMMAND, bekenlab, environment, from_scratch
from shared import dump, dump_names, shared

PLUG = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,module:CB2S}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    (tmp_path / "post.txt").write_bytes(PLUG)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.bin").write_bytes(build_sample())
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [("analyze",), ("nonsense",), ("analyze", "--nonsense", "x"), ("analyze", "-j", "0", "x")],
)
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...]) -> None:
    run = bekenlab(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert run.err


def test_help_and_version() -> None:
    run = bekenlab("--help")
    assert (run.status, run.err) == (0, "")
    assert "analyze" in run.out
    assert "demo" in run.out
    assert __version__ in bekenlab("--version").out
    assert "--show-secrets" in bekenlab("analyze", "--help").out


@pytest.mark.parametrize("group", [(), ("config",), ("log",), ("obk",), ("obk", "config")])
def test_the_summary_of_each_command_is_whole(group: tuple[str, ...]) -> None:
    shown = bekenlab(*group, "--help").out.partition("Options:")[2].partition("Examples:")[0]
    assert shown.strip()
    assert "..." not in shown


@pytest.mark.parametrize("group", [(), ("config",), ("obk",), ("obk", "config")])
def test_a_group_alone_shows_its_help(group: tuple[str, ...]) -> None:
    alone = bekenlab(*group)
    assert (alone.status, alone.err) == (0, "")
    assert alone.out == bekenlab(*group, "--help").out


def test_every_command_is_below_a_heading() -> None:
    shown = bekenlab("--help").out
    assert "More:" not in shown
    heads = ["First steps:", "A dump or a log:", "A device on a serial adapter:"]
    assert sorted(heads, key=shown.index) == heads


def test_an_error_goes_on_under_its_own_column(folder: Path) -> None:
    (folder / "hello.txt").write_text("hello")
    error = bekenlab("boot", "hello.txt", folder=folder).err.splitlines()
    assert error[1].startswith("  try: ")
    assert error[2].startswith("       "), "the second line of the hint"
    assert all(line == line.rstrip() for line in error)


def test_one_file_gives_the_whole_report(folder: Path) -> None:
    run = bekenlab("analyze", "plug.bin", folder=folder)
    assert (run.status, run.err) == (0, "")
    for text in ("BK7231N", "CB2S", "Relay 1", "Rel;1", "OpenBeken template"):
        assert text in run.out
    assert "\x1b" not in run.out
    assert max(map(len, run.out.splitlines())) <= 80
    assert "sample-password" not in run.out


def test_several_files_and_folders_give_a_line_each_in_order(folder: Path) -> None:
    run = bekenlab("analyze", "sub", "plug.bin", "post.txt", "plug.bin", folder=folder)
    assert (run.status, run.err) == (0, "")
    assert [line.split(":")[0] for line in run.out.splitlines()] == [
        "other.bin",
        "plug.bin",
        "post.txt",
    ]
    assert "BK7231N, CB2S, bekenlab_sample_plug 1.0.0, 6 pins from storage" in run.out


def test_a_folder_is_searched_and_a_bad_file_in_it_costs_only_itself(folder: Path) -> None:
    (folder / "sub" / "bad.bin").write_bytes(b"")
    run = bekenlab("analyze", "--json", ".", folder=folder)
    assert run.status == 9
    for report in run.reports:
        contract.check(report)
    names = {report["file"]["name"]: "error" in report for report in run.reports}
    assert names == {"plug.bin": False, "post.txt": False, "bad.bin": True, "other.bin": False}
    assert "bad.bin: the file is empty" in run.err
    assert run.out.isascii()


def test_json_of_one_file_with_and_without_secrets(folder: Path) -> None:
    [hidden] = bekenlab("analyze", "--json", "plug.bin", folder=folder).reports
    [shown] = bekenlab("analyze", "--json", "--show-secrets", "plug.bin", folder=folder).reports
    contract.check(hidden)
    contract.check(shown)
    assert "sample-password" not in json.dumps(hidden)
    assert "sample-password" in json.dumps(shown)
    assert hidden["image"]["mac"].endswith("xx:xx:xx")
    assert all("sha256" in key for key in shown["tuya"]["storage"]["keys"])


def test_o_writes_a_folder_for_each_dump(folder: Path) -> None:
    run = bekenlab("analyze", "-o", "out", "plug.bin", "post.txt", folder=folder)
    assert run.status == 0
    assert {path.name for path in (folder / "out").iterdir()} == {"plug.bin", "post.txt"}
    report = json.loads((folder / "out" / "plug.bin" / "report.json").read_text())
    contract.check(report)
    assert (folder / "out" / "plug.bin" / "app.decrypted.bin").exists()


def test_o_where_it_cannot_write_ends_with_9_and_still_reports(folder: Path) -> None:
    run = bekenlab("analyze", "--json", "-o", "post.txt", "plug.bin", folder=folder)
    assert run.status == 9
    assert "post.txt cannot be written" in run.err
    contract.check(run.reports[0])
    assert (folder / "post.txt").read_bytes() == PLUG


def test_html_is_written_once_and_never_with_secrets(folder: Path) -> None:
    out = folder / "report.html"
    run = bekenlab("analyze", "--html", out, folder / "plug.bin")
    assert (run.status, run.err) == (0, f"written: {out}\n")
    assert "Relay 1" in run.out
    page = out.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "Relay 1" in page
    again = bekenlab("analyze", "--html", out, folder / "plug.bin")
    assert again.status == 7
    assert again.out == ""
    assert bekenlab("analyze", "--html", out, "--force", folder / "post.txt").status == 0
    assert out.read_text("utf-8") != page
    for wrong in (("--show-secrets", folder / "plug.bin"), (folder / "plug.bin", folder / "sub")):
        assert bekenlab("analyze", "--html", folder / "other.html", *wrong).status == 2
    assert not (folder / "other.html").exists()


def test_html_where_it_cannot_write_ends_with_9_and_still_reports(folder: Path) -> None:
    run = bekenlab("analyze", "--html", folder / "none" / "r.html", folder / "plug.bin")
    assert run.status == 9
    assert "Relay 1" in run.out
    assert "cannot be written" in run.err


def test_demo() -> None:
    run = bekenlab("demo")
    assert (run.status, run.err) == (0, "")
    assert "Relay 1" in run.out
    assert "bekenlab analyze" in run.out
    assert "Pins from  the boot log" in run.out, "its storage is gone"
    assert "byte for byte" in run.out


def test_demo_rehearses_firmware_on_the_sample(tmp_path: Path) -> None:
    (tmp_path / "obk.bin").write_bytes(dump("openbk7231n-qio-1.18.300"))
    run = bekenlab("demo", "--firmware", "obk.bin", folder=tmp_path)
    assert (run.status, run.err) == (0, "")
    assert "press noticed, P26 changes" in run.out
    (tmp_path / "t.bin").write_bytes(dump("openbk7231t-qio-1.18.300"))
    run = bekenlab("demo", "--firmware", "t.bin", folder=tmp_path)
    assert run.status == 7
    assert "is for BK7231T, but this is BK7231N" in run.err


def test_demo_as_json() -> None:
    run = bekenlab("demo", "--json")
    [report] = run.reports
    contract.check(report)
    assert report["file"]["name"] == SAMPLE_NAME
    assert (run.status, run.err) == (0, "")


def test_demo_keeps_its_dump_once_and_never_writes_over_a_file(tmp_path: Path) -> None:
    assert bekenlab("demo", "--save", "s.bin", folder=tmp_path).status == 0
    assert (tmp_path / "s.bin").read_bytes() == build_sample()
    (tmp_path / "s.bin").write_bytes(b"mine now")
    run = bekenlab("demo", "--save", "s.bin", folder=tmp_path)
    assert run.status == 7
    assert "s.bin already exists" in run.err
    assert (tmp_path / "s.bin").read_bytes() == b"mine now"
    assert bekenlab("demo", "--save", "gone/s.bin", folder=tmp_path).status == 9


@pytest.mark.parametrize(
    "arguments", ["analyze --json many", "analyze many", "analyze many/0.bin", "demo", "--help"]
)
def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path, arguments: str) -> None:
    (tmp_path / "many").mkdir()
    for number in range(6):
        (tmp_path / "many" / f"{number}.bin").write_bytes(build_sample())
    with subprocess.Popen(
        [*COMMAND, *arguments.split()],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 130


def test_the_first_line_of_many_comes_through_head(tmp_path: Path) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    for number in range(20):
        os.link(tmp_path / "plug.bin", tmp_path / f"plug{number}.bin")
    script = f"{COMMAND[0]} -m bekenlab analyze --json . | head -1; echo ${{PIPESTATUS[@]}} >&2"
    run = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, check=True
    )
    contract.check(json.loads(run.stdout))
    assert run.stderr == b"130 0\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_at_once_with_130(tmp_path: Path, jobs: str) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    (tmp_path / "many").mkdir()
    for number in range(300):
        os.link(tmp_path / "plug.bin", tmp_path / "many" / f"{number}.bin")
    with subprocess.Popen(
        [*COMMAND, "analyze", "--json", "-j", jobs, "many"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all processes of the group
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert len(out.splitlines()) < 250


def test_all_real_dumps_as_one_run() -> None:
    run = from_scratch("analyze", "--json", shared("dumps"))
    assert run.status == 0, run.err
    dumps = [report for report in run.reports if report["file"]["name"].endswith(".xz")]
    assert [report["file"]["name"] for report in dumps] == [
        f"{name}.bin.xz" for name in sorted(dump_names(), key=lambda name: f"{name}.bin.xz")
    ]
    for report in run.reports:
        contract.check(report)
    assert run.mebibytes < 400
