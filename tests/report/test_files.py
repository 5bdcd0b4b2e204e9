"""What ``-o`` leaves on disk: whole files or none, each dump in a folder of its own."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from analyses import sample, study
from bekenlab.analysis.model import Analysis
from bekenlab.cli.analyze import _finish, _Style
from bekenlab.cli.wording import wording
from bekenlab.errors import FileAccessError, RefusedError
from bekenlab.files import write_new, write_whole
from bekenlab.jobs.probe import ProbeReport
from bekenlab.probing.observations import Observation, Observations, Outcome
from bekenlab.probing.probe import Probed
from bekenlab.probing.rules.conclude import conclude
from bekenlab.report.files import write_files
from bekenlab.report.json_report import to_json
from bekenlab.samples import build_sample

CONFIGURATION = b"{rl1_pin:26,bt1_pin:10,module:CB2S}"


def named(name: str, data: bytes = CONFIGURATION) -> Analysis:
    return study(data, name)


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_probe_is_in_the_report_that_is_written(tmp_path: Path) -> None:
    """As ``analyze`` finishes a file that was probed."""
    plain = sample()
    assert plain.image is not None
    seen = Observations("BK7231N", (Observation("boot", None, Outcome.DONE, 8.0),))
    probe = ProbeReport("BK7231N", plain.firmware, Probed(seen, 1.0), conclude(seen), ())
    folder = tmp_path / "out"
    done = _finish(
        plain,
        probe,
        style=_Style.JSON,
        show_secrets=False,
        output=folder,
        html=None,
        corpus=None,
    )
    printed = json.loads(done.line)
    assert printed["probe"]["experiments"][0]["name"] == "boot"
    written = (folder / "sample-metering-plug.bin" / "report.json").read_text()
    assert json.loads(written) == printed


def test_the_files_of_the_sample(tmp_path: Path) -> None:
    written = write_files(sample(), tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder" / "sample-metering-plug.bin"
    assert {path.parent for path in written} == {folder}
    assert (
        {path.name for path in written}
        == tree(folder)
        == {
            "report.json",
            "template.json",
            "description.txt",
            "bootloader.0x000000.bin",
            "app.0x011000.bin",
            "download.0x12a000.bin",
            "app.decrypted.bin",
        }
    )
    assert json.loads((folder / "report.json").read_text()) == to_json(sample())
    assert json.loads((folder / "template.json").read_text()) == sample().template
    assert (folder / "description.txt").read_text() == sample().description
    assert (folder / "app.0x011000.bin").read_bytes() == build_sample()[0x11000:0x129F70]
    assert sample().image is not None
    assert (folder / "app.decrypted.bin").read_bytes() == sample().image.app  # type: ignore[union-attr]


def test_with_secrets_the_stored_values_are_written_too(tmp_path: Path) -> None:
    write_files(sample(), tmp_path, show_secrets=True)
    folder = tmp_path / "sample-metering-plug.bin"
    values = json.loads((folder / "storage.json").read_text())
    assert json.loads(values["gw_wsm"])["ssid"] == "sample-network"
    assert json.loads((folder / "report.json").read_text()) == to_json(sample(), show_secrets=True)


def test_a_configuration_gives_report_template_and_description(tmp_path: Path) -> None:
    write_files(named("post.txt"), tmp_path)
    files = {"report.json", "template.json", "description.txt"}
    assert tree(tmp_path) == {f"post.txt/{name}" for name in files}


def test_the_same_dump_again_is_written_over(tmp_path: Path) -> None:
    first = write_files(named("a.txt"), tmp_path)
    before = tree(tmp_path)
    assert write_files(named("a.txt"), tmp_path) == first
    assert tree(tmp_path) == before


def test_another_dump_of_the_same_name_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    first = write_files(named("a.txt"), tmp_path)
    kept = [path.read_bytes() for path in first]
    other = named("a.txt", b"{rl1_pin:6}")
    second = write_files(other, tmp_path)
    assert [path.read_bytes() for path in first] == kept
    assert second[0].parent.name == f"a.txt-{other.file.sha256[:8]}"
    assert json.loads(second[0].read_text())["file"]["sha256"] == other.file.sha256


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "a.txt" / "report.json").write_text("[my own notes")
    write_files(named("a.txt"), tmp_path)
    assert (tmp_path / "a.txt" / "report.json").read_text() == "[my own notes"


@pytest.mark.parametrize(
    "name",
    [
        "../../evil",
        "..",
        ".",
        "/etc/passwd",
        "a/b\\c",
        ".bashrc",
        "",
        "x\0y\n",
        "\x1b[2J",
        "CON:",
        "\ud800",
    ],
)
def test_a_hostile_name_stays_inside_the_folder(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    analysis = named("a.txt")
    hostile = replace(analysis, file=replace(analysis.file, name=name))
    [folder] = {path.parent for path in write_files(hostile, inside)}
    assert folder.parent == inside
    assert not folder.name.startswith(".")
    assert folder.name.isprintable()
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


def test_a_hostile_partition_name_stays_inside_the_folder(tmp_path: Path) -> None:
    image = sample().image
    assert image is not None
    parts = tuple(replace(part, name="../../" + part.name) for part in image.partitions)
    hostile = replace(sample(), image=replace(image, partitions=parts))
    written = write_files(hostile, tmp_path / "inside")
    assert len({path.parent for path in written}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


def test_text_that_cannot_be_encoded_is_written_all_the_same(tmp_path: Path) -> None:
    data = b'{"rl1_pin":6,"module":"\\ud800","odd_pin":"\\udfff"}'
    report, template, _ = write_files(named("a.json", data), tmp_path)
    assert json.loads(report.read_text("utf-8"))["module"] == "\ud800"
    assert json.loads(template.read_text("utf-8"))["board"] == "\ud800"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    write_whole(path, b"old")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert tree(tmp_path) == {"report.json"}


def test_no_reader_ever_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    rename = Path.replace

    def look(self: Path, target: Path) -> Path:
        seen.append(self.read_bytes())
        assert not target.exists()
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", look)
    write_whole(tmp_path / "a", b"all of it" * 100_000)
    assert seen == [b"all of it" * 100_000]


def test_a_full_disk_is_a_file_error_that_names_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileAccessError, match="no space left on device") as caught:
        write_files(named("a.txt"), tmp_path)
    assert "-o" in caught.value.advice(wording)
    assert tree(tmp_path) == set()


def test_a_file_where_the_folder_should_be_is_a_file_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"mine")
    with pytest.raises(FileAccessError, match="taken"):
        write_files(named("a.txt"), tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes() == b"mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_a_file_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FileAccessError, match="permission denied"):
        write_files(named("a.txt"), tmp_path)


def test_a_name_too_long_for_the_disk_is_a_file_error_or_cut(tmp_path: Path) -> None:
    analysis = named("a.txt")
    long = replace(analysis, file=replace(analysis.file, name="n" * 300))
    with pytest.raises(FileAccessError):
        write_files(long, tmp_path)


def test_a_new_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_new(path, b"first")
    with pytest.raises(RefusedError, match=r"a\.bin already exists") as caught:
        write_new(path, b"second")
    assert int(caught.value.exit_code) == 7
    assert path.read_bytes() == b"first"
    with pytest.raises(FileAccessError):
        write_new(tmp_path / "gone" / "a.bin", b"x")
