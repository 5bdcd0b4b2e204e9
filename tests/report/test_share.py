"""A bundle to post: whole, in both languages, and made from the redacted dump alone."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from bekenlab.analysis.inputs import InputFile, load_one
from bekenlab.errors import RefusedError
from bekenlab.report.html.words import IN_ENGLISH
from bekenlab.report.share import Bundle, bundle
from bekenlab.report.share_folder import write_bundle, zipped
from bekenlab.samples import build_sample
from bekenlab.web.texts import texts
from shared import shared


@pytest.fixture(scope="module")
def plug() -> Bundle:
    return bundle(InputFile("my plug.bin", Path("my plug.bin"), build_sample()), IN_ENGLISH)


def test_everything_is_there_and_the_post_names_it(plug: Bundle) -> None:
    names = [file.name for file in plug.files]
    assert names == [
        "my plug-redacted.bin",
        "my plug.html",
        "my plug-template.json",
        "post.txt",
    ]
    assert all(name in plug.post for name in names[:-1])
    assert "P26: Relay 1, Rel;1, active high" in plug.post
    assert "They come from Tuya storage." in plug.post
    assert json.loads(plug.files[2].content)["pins"]["26"] == "Rel;1"
    assert plug.secrets > 0


def test_in_german_labels_and_sentences_are_german() -> None:
    file = InputFile("plug.bin", Path("plug.bin"), build_sample())
    post = bundle(file, texts("de").report_reader).post
    assert "P26: Relais 1, Rel;1, aktiv bei High" in post
    assert "Am Gerät ausprobiert: noch nicht." in post


def test_a_second_controllers_data_points_are_named() -> None:
    path = shared("dumps", "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17.bin.xz")
    post = bundle(load_one(path), IN_ENGLISH).post
    assert "Second controller: TuyaMCU on UART1 at 9600 baud" in post
    assert "- 5 Alarm volume (enum, rw)" in post


def test_a_folder_is_new_and_a_zip_file_has_the_same(plug: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "to" / "post"
    write_bundle(plug, folder)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written == {file.name: file.content for file in plug.files}
    with pytest.raises(RefusedError):
        write_bundle(plug, folder)
    with zipfile.ZipFile(io.BytesIO(zipped(plug))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == written
    assert zipped(plug) == zipped(plug)


def test_of_a_photo_only_the_picture_is_kept(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "photo.jpg"
    exif = image.Exif()
    exif[0x010F] = "CAMERA-MARKER"
    image.new("RGB", (40, 30), "green").save(path, exif=exif)
    assert b"CAMERA-MARKER" in path.read_bytes()
    file = InputFile("plug.bin", Path("plug.bin"), build_sample())
    made = bundle(file, IN_ENGLISH, photo=path)
    (photo,) = [each.content for each in made.files if each.about == "photo"]
    assert photo.startswith(b"\x89PNG")
    assert b"CAMERA-MARKER" not in photo
