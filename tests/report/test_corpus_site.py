"""A corpus as pages: everything known, nothing secret, nothing from elsewhere."""

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bekenlab.corpus.ask import opened
from bekenlab.corpus.devices import KnownDevice, devices
from bekenlab.corpus.store import Store
from bekenlab.errors import RefusedError
from bekenlab.jobs.corpus.site import write_site
from bekenlab.pins import Evidence, Pin, PinMap, Source
from bekenlab.report.corpus_site import site_files
from bekenlab.samples import build_sample
from corpus.making import LAMP, PLUG, made
from corpus.test_similar import device
from secrecy.planting import Markers, all_files, leaks

RELAY = Pin(26, "Rel", 1, None, "Relay 1", (Evidence(Source.STORAGE, "rl1_pin"),))
KNOWN = KnownDevice(
    id="0123456789ab",
    chip="BK7231N",
    module="CB2S",
    firmware="</script><b>",
    product="key",
    schema="0000",
    layout="26=Rel;1",
    mcu_baud=None,
    contents=3,
    versions=("1.0", "1.1"),
    names=("plug <1>.bin",),
    pins=PinMap((RELAY,)),
    points=((1, "rw", "bool", ""), (2, "ro", "value", "0 to 5, scale 0, step 1")),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("site")
    (folder / "in").mkdir()
    files = {
        "OpenBK7231N_1A2B3C4D.bin": build_sample(),
        "plug-1.2.3.txt": PLUG,
        "copy.txt": PLUG + b" ",
        "lamp.txt": LAMP,
        "mcu.txt": b"{baud_cfg:{baud:9600}}",
        "product.bin": device(1),
        "nothing.txt": b"{module:CB2S}",
    }
    for name, content in files.items():
        (folder / "in" / name).write_bytes(content)
    return made(folder / "corpus", [folder / "in"])


def known(store: Store, *, names: bool = True) -> list[KnownDevice]:
    with opened(store) as corpus:
        return list(devices(corpus, names=names))


def test_contents_that_are_connected_alike_are_one_device(store: Store) -> None:
    found = known(store)
    first = found[0]
    assert (first.contents, first.names) == (2, ("copy.txt", "plug-1.2.3.txt"))
    assert first.title == "BK7231N on CB2S"
    by_name = {name: each for each in found for name in each.names}
    sample = by_name["OpenBK7231N_….bin"]
    assert sample.versions == ("1.0.0",)
    assert [pin.gpio for pin in sample.pins.pins] == [6, 7, 8, 10, 24, 26]
    assert by_name["product.bin"].points == ((1, "rw", "bool", ""),)
    assert by_name["product.bin"].product == "keyabc"
    assert "nothing.txt" not in by_name
    assert len({each.id for each in found}) == len(found)
    assert not any(each.names for each in known(store, names=False))


def test_a_page_has_all_that_is_known(store: Store) -> None:
    [page] = [content for path, content in site_files([KNOWN], "T") if path.startswith("devices/")]
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    for word in ("CB2S", "P26", "Relay 1", "Rel;1", "storage", "1.0, 1.1", "3 dumps", "0 to 5"):
        assert word in text, word
    assert "<svg" in page
    assert "<b>" not in page
    doubtful = replace(RELAY, evidence=(Evidence(Source.FIRMWARE_DEFAULT, "k"),))
    one = replace(KNOWN, pins=PinMap((doubtful,)), chip="", module="", mcu_baud=9600, contents=1)
    [page] = [content for path, content in site_files([one], "T") if path.startswith("devices/")]
    assert "<svg" not in page
    assert "9600 baud" in page
    assert "built-in default" in page


def test_the_index_is_in_the_page_and_beside_it() -> None:
    files = dict(site_files([KNOWN], "My devices"))
    assert set(files) == {"devices/0123456789ab.html", "index.html", "index.json"}
    [entry] = json.loads(files["index.json"])
    assert (entry["pins"], entry["contents"], entry["mcu"]) == ("26=Rel;1", 3, False)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", files["index.html"], re.DOTALL)
    assert json.loads(scripts[0]) == [entry]
    allowed = re.findall(r"sha256-([\w+/=]+)", files["index.html"])
    real = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts]
    assert allowed == real


def test_nothing_is_fetched_from_elsewhere(store: Store) -> None:
    for path, content in site_files(known(store), "T"):
        outside = re.sub(r"http://www\.w3\.org/\d+/\w+", "", content)
        assert not re.search(r"https?:|//\w+\.\w|url\(|@import|<link|src=", outside), path


def test_no_secret_is_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, content in all_files(Markers()):
        (tmp_path / "in" / name).write_bytes(content)
    store = made(tmp_path / "corpus", [tmp_path / "in"])
    files = dict(site_files(known(store), "T"))
    assert len(files) > 5
    for path, page in files.items():
        assert leaks(page.encode()) == [], path
    for table in store.tables().iterdir():
        assert leaks(table.read_bytes()) == []


def test_a_site_is_written_into_a_new_folder(store: Store, tmp_path: Path) -> None:
    count = write_site(store.folder, tmp_path / "site", site_files, title="T", names=True)
    written = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert len(written) == count == len(known(store)) + 2
    with pytest.raises(RefusedError):
        write_site(store.folder, tmp_path / "site", site_files, title="T", names=True)
