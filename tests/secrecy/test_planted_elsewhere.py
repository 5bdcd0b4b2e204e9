"""Markers where no file of the user holds them in the clear.

In what firmware prints, on a device in the network, in a PSM region, and in what is typed into the
pages.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bekenlab.cli.main import main
from bekenlab.image import framing
from bekenlab.report.live_log import LiveLog
from bekenlab.secret import Secret
from bekenlab.tuya.crypto import decrypt, encrypt
from bekenlab.tuya.psm import psm_key
from cli.program import bekenlab
from lan.fake import FakeDevice
from secrecy.planting import WORD, Markers, commands, leaks, log, names
from shared import shared
from web.api import events, start, upload, virtual, wait_for
from web.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UART2 = 0x0080220C


def printing(text: bytes) -> bytes:
    """An update image whose firmware prints a text on UART2, and then does nothing."""
    vectors = [0xEA00000E, *[0xE59FF014] * 7, *[0x10040] * 8]  # b 0x40; ldr pc, [pc, #0x14]
    code = [
        0xE59F1018,  # ldr r1, =UART2
        0xE28F2018,  # add r2, pc, #0x18: the text
        0xE4D20001,  # ldrb r0, [r2], #1
        0xE3500000,  # cmp r0, #0
        0x0A000001,  # beq end
        0xE5810000,  # str r0, [r1]
        0xEAFFFFFA,  # b ldrb
        0xEAFFFFFE,  # end: b .
        UART2,
    ]
    body = struct.pack(f"<{len(vectors + code)}I", *vectors, *code) + text + b"\0"
    return framing.add(body.ljust(-(-len(body) // 0x1000) * 0x1000 + 0x3000, b"\0"))


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Firmware that prints every secret that a log may hold."""
    path = tmp_path_factory.mktemp("talkative") / "talkative.bin"
    path.write_bytes(printing(log(Markers()).encode()))
    return path


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ["boot"],
        ["boot", "--json"],
        ["boot", "--until", f"{WORD}...."],
        ["boot", "--json", "--until", f"{WORD}...."],
        ["analyze", "--boot", "always", "--json"],
        ["analyze", "--boot", "always"],
        ["export", "--boot", "always", "--to", "json"],
        ["export", "--boot", "always", "--to", "esphome"],
    ],
    ids=" ".join,
)
def test_what_firmware_prints_is_shown_without_secrets(words: list[str], talkative: Path) -> None:
    run = CliRunner().invoke(main, [*words, str(talkative)], standalone_mode=False)
    told = {"boot": "oem_bk7231n_plug", "analyze": "rl1_pin", "export": "P26"}[words[0]]
    assert told in run.output or words[-1] in ("always", "json"), run.output
    assert leaks(run.output.encode() + repr(run.exception).encode()) == []


def test_firmware_in_the_pages_shows_no_secret(talkative: Path, tmp_path: Path) -> None:
    with serving(tmp_path) as served, served.script() as script:
        dump = upload(script, talkative)
        boot = wait_for(script, start(script, "boot", dump=dump), "end")
        assert "oem_bk7231n_plug" in json.dumps(boot)
        told = [json.dumps(boot), json.dumps(events(script, boot["id"]))]
        told += [script.get(f"/api/dumps/{dump}").text, script.get("/api/jobs").text]
    assert leaks("\n".join(told).encode()) == []


def test_a_password_typed_into_the_pages_is_shown_nowhere(tmp_path: Path) -> None:
    marker = Markers()
    with serving(tmp_path) as served, served.script() as script:
        sample = script.post("/api/sample").json()["dumps"][0]["id"]
        port = virtual(script, sample)
        image = upload(script, shared("images", "openbk7231n-qio-1.17.203.bin.xz"))
        typed = {"wifi_ssid": "home", "wifi_password": marker()}
        typed |= {"mqtt_host": "broker", "mqtt_user": marker(), "mqtt_password": marker()}
        job = start(script, "install", port=port, firmware=image, rehearse=False, **typed)
        asked = wait_for(script, job, "question")
        body = {"number": asked["question"]["number"], "answer": {"yes": False}}
        script.post(f"/api/jobs/{job}/answer", json=body)
        ended = wait_for(script, job, "end")
        told = [json.dumps(asked), json.dumps(ended), json.dumps(events(script, job))]
        told += [script.get("/api/jobs").text, script.get("/device").text]
    assert leaks("\n".join(told).encode()) == []
    assert [name for name, content in written(tmp_path) if leaks(content)] == []


@pytest.fixture(scope="module")
def device() -> Iterator[FakeDevice]:
    """OpenBeken in the network with a secret in every field that may hold one."""
    marker = Markers()
    with FakeDevice() as fake:
        firmware = fake.firmware
        secrets = ("wifi_ssid", "wifi_password", "mqtt_password", "mqtt_user", "web_password")
        values: dict[str, Secret | str] = {
            name: Secret(marker().encode()) for name in secrets if name in firmware.config.values()
        }
        lines = commands(marker)
        values["startup_command"] = "\n".join(lines[:16])
        firmware.config = firmware.config.with_values(values)
        firmware.pending = True
        yield fake


@pytest.mark.parametrize(
    "words",
    [
        ["info"],
        ["info", "--json"],
        ["pins", "--json"],
        ["config", "show"],
        ["config", "show", "--json"],
        ["command", "Status", "0"],
        ["command", "--json", "Status", "0"],
        ["command", "Password1"],
    ],
    ids=" ".join,
)
def test_a_device_in_the_network_is_shown_without_secrets(
    words: list[str], device: FakeDevice, tmp_path: Path
) -> None:
    count = 2 if words[0] == "config" else 1
    run = bekenlab("obk", *words[:count], str(device.host), *words[count:], folder=tmp_path)
    assert leaks((run.out + run.err).encode()) == []


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("form", ["analyze", "json", "html", "text", "redact"])
def test_a_psm_region_is_shown_without_secrets(form: str, encrypted: bool, tmp_path: Path) -> None:
    marker = Markers()
    secrets = ",".join(f"{name}:{marker()}" for name in names()[::9])
    text = "{rl1_pin:26,module:CB2S,note:long," + secrets + ",}"
    entries = [b"PSM1\x01\x02\x03", *(f"{n}={marker()}".encode() for n in names()[::9])]
    entries += [f"user_param_key={text}".encode(), f"unheard_of={marker()}".encode()]
    region = b"\0".join(entries)
    region = region.ljust(-(-len(region) // 0x1000) * 0x1000, b"\xff")
    dump = tmp_path / "psm.bin"
    content = encrypt(psm_key(0x41), region) if encrypted else region
    dump.write_bytes((bytes(0x1E0000) + content).ljust(0x200000, b"\xff"))
    out = tmp_path / "out"
    words = {
        "analyze": ["analyze", "--boot", "never", str(dump)],
        "json": ["analyze", "--boot", "never", "--json", str(dump)],
        "html": ["analyze", "--boot", "never", "--html", str(out), str(dump)],
        "text": ["export", "--to", "text", "--boot", "never", str(dump), "-o", str(out)],
        "redact": ["redact", str(dump), "-o", str(out)],
    }[form]
    run = CliRunner().invoke(main, words, standalone_mode=False)
    assert leaks(run.output.encode() + repr(run.exception).encode()) == []
    assert form in ("analyze", "json") or out.exists()
    if out.exists():
        content = out.read_bytes()
        plain = decrypt(psm_key(0x41), content[0x1E0000:]) if form == "redact" else b""
        assert leaks(content + plain) == []
    if form == "json":
        assert '"rl1_pin"' in run.output, "the region is read"


def test_a_live_log_in_pieces_shows_no_secret() -> None:
    live = LiveLog()
    text = log(Markers())
    lines = [line for at in range(0, len(text), 7) for line in live.feed(text[at : at + 7])]
    assert leaks("\n".join([*lines, *live.end()]).encode()) == []
