"""A marker in every secret field of every format, looked for in every output."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyses import study
from bekenlab.cli.main import main
from bekenlab.report.json_report import to_json
from bekenlab.report.live_log import LiveLog
from secrecy.planting import Markers, all_files, dump, leaks, log, names
from web.api import upload
from web.serving import serving

LEAST = 562
EXPORTS = ("openbeken", "esphome", "text", "json", "config")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each format."""
    folder = tmp_path_factory.mktemp("planted")
    marker = Markers()
    for name, content in all_files(marker):
        (folder / name).write_bytes(content)
    report = to_json(study(dump(marker)), show_secrets=True)
    (folder / "report.json").write_text(json.dumps(report))
    assert marker.count >= LEAST
    return folder


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


def commands(path: Path, out: Path) -> Iterator[list[str]]:
    """Every command that reads a file of this kind and shows or writes something for others."""
    file = str(path)
    for form in EXPORTS:
        yield [
            "export",
            "--chip",
            "BK7231N",
            "--boot",
            "never",
            "--to",
            form,
            file,
            "-o",
            str(out / f"{path.name}.{form}"),
        ]
    yield ["pinout", "--from", file, "--module", "CB2S"]
    yield ["redact", file, "-o", str(out / f"redacted-{path.name}")]
    if path.suffix == ".bin":
        shared = out / f"shared-{path.name}"
        yield ["share", file, "-o", str(shared), "--log", str(path.with_name("boot.log"))]
        yield ["share", file, "-o", f"{shared}-de", "--language", "de"]
    if path.suffix in (".txt", ".bin") or path.name in ("params.json", "wrapped.json"):
        yield ["analyze", "--boot", "never", file]
        yield ["analyze", "--boot", "never", "--json", file]
        yield ["analyze", "--boot", "never", "--html", str(out / f"{path.name}.html"), file]
        yield ["analyze", "--boot", "never", "-o", str(out / "files"), file]
    if path.suffix in (".txt", ".log", ".json"):
        yield ["log", "parse", file]
        yield ["log", "parse", "--json", file]
    if path.name in ("obk.cfg", "openbeken.bin"):
        yield ["config", "show", file]
        yield ["config", "show", "--json", file]
        empty = out / "empty.cfg"
        if not empty.exists():
            yield ["config", "make", "--chip", "BK7231N", "-o", str(empty)]
        yield ["config", "diff", file, str(empty)]
        yield ["config", "diff", "--json", file, str(empty)]


FILES = ["params.txt", "params.json", "wrapped.json", "wide.txt", "obk.cfg", "template.json",
         "boot.log", "tuya.bin", "openbeken.bin", "report.json"]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_no_command_shows_a_marker(planted: Path, name: str, tmp_path: Path) -> None:
    found: dict[str, list[bytes]] = {}
    ran = 0
    for words in commands(planted / name, tmp_path):
        run = CliRunner().invoke(main, words, catch_exceptions=True, standalone_mode=False)
        ran += run.exception is None
        told = leaks(run.output.encode() + repr(run.exception).encode())
        if told:
            found[" ".join(words[:4])] = told[:3]
    for file, content in written(tmp_path):
        told = leaks(content)
        if told:
            found[file] = told[:3]
    assert found == {}
    assert ran >= 3, "most of the commands must have had something to say"


def test_no_page_and_no_answer_of_the_api_shows_a_marker(planted: Path, tmp_path: Path) -> None:
    found: dict[str, list[bytes]] = {}
    with serving(tmp_path) as served, served.script() as script:
        for name in FILES:
            dump_id = upload(script, planted / name)
            places = [f"/api/dumps/{dump_id}", f"/api/dumps/{dump_id}/html", "/api/dumps", "/dump"]
            places += [f"/api/dumps/{dump_id}/redacted", f"/dump/{dump_id}"]
            places += [f"/api/dumps/{dump_id}/export/{form}" for form in EXPORTS]
            for place in places:
                answer = script.get(place)
                assert answer.status_code in (200, 303, 307, 400, 401, 409, 415, 422), (
                    place,
                    answer.status_code,
                )
                told = leaks(answer.content)
                if told:
                    found[f"{name} {place.rpartition('/')[2]}"] = told[:3]
    assert found == {}


def test_a_live_log_shows_no_marker() -> None:
    live = LiveLog()
    text = log(Markers())
    lines = [line for at in range(0, len(text), 97) for line in live.feed(text[at : at + 97])]
    assert leaks("\n".join([*lines, *live.end()]).encode()) == []


def test_what_is_planted_is_there(planted: Path) -> None:
    """Otherwise the tests above would pass for nothing."""
    assert len(names()) >= 60
    for name in FILES:
        if name != "tuya.bin":  # it is encrypted there
            assert len(leaks((planted / name).read_bytes())) >= 20, name


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_asking_for_secrets_gives_them_in_files_only_the_user_can_read(
    planted: Path, tmp_path: Path
) -> None:
    out = tmp_path / "template.json"
    words = [
        "export",
        "--show-secrets",
        "--to",
        "openbeken",
        str(planted / "obk.cfg"),
        "-o",
        str(out),
    ]
    CliRunner().invoke(main, words, standalone_mode=False)
    assert leaks(out.read_bytes())
    assert out.stat().st_mode & 0o077 == 0
