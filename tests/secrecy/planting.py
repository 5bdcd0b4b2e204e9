"""Files of every format with a marker in every field that is secret, and where markers came out."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from analyses import oem_cfg, protected, storage, with_regions
from bekenlab.chips import SECTOR
from bekenlab.data import read_table
from bekenlab.openbeken.config.fields import Kind, all_fields
from bekenlab.openbeken.config.sector import empty_config
from bekenlab.openbeken.easyflash import FlashRecord, mend_record
from bekenlab.openbeken.settings import PinSetting
from bekenlab.secrecy.names import name_facts, named_kind
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from bekenlab.openbeken.config.values import Value

WORD = "Planted7Qz"  # every marker begins with it
CONFIG, EASYFLASH, SCRIPT = 0x1D1000, 0x1E5000, 0x1B3000
OPEN_FIELDS = {"startup_command", "ntp_server"}


class Markers:
    """Markers, each another one; ``count`` is how many were planted."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"{WORD}{self.count:04d}"


def forms() -> tuple[re.Pattern[bytes], ...]:
    """The word all markers begin with, in every form in which it may come out."""
    raw = WORD.encode()
    found = [raw, raw.hex().encode(), WORD.encode("utf-16-le"), WORD.encode("utf-16-be"), raw[::-1]]
    found.append(raw.hex(" ").encode())
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + raw)
        found.append(coded[-(-8 * shift // 6) : 8 * (shift + len(raw)) // 6])
    return tuple(re.compile(re.escape(each), re.IGNORECASE) for each in found)


FORMS = forms()


def leaks(content: bytes) -> list[bytes]:
    """Surroundings of every marker in an output."""
    return [
        content[max(0, match.start() - 40) : match.end() + 20]
        for form in FORMS
        for match in form.finditer(content)
    ]


def names() -> list[str]:
    """Names that are secret wherever they occur: each pattern of the list filled in."""
    found = []
    for row in read_table("secrecy", "secret_names.toml")["kind"]:
        for pattern in row.get("names", ()):
            plain = re.sub(r"\[0-9\]", "2", pattern)
            found += [
                plain.replace("*", "").replace("?", "a"),
                plain.replace("*", "my_").replace("?", "a"),
            ]
    clean = dict.fromkeys(name.strip("_") for name in found)
    return [name for name in clean if re.fullmatch(r"[a-z]\w{1,30}", name) and named_kind(name)]


def parameters(marker: Markers) -> str:
    pairs = [f"{name}:{marker()}" for name in names()]
    pairs += [f"{name}:{{value:{marker()},x:[{marker()}]}}" for name in names()[:5]]
    return (
        "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt2_pin:"
        + marker()
        + ",module:CB2S,"
        + ",".join(pairs)
        + ",}"
    )


def parameters_json(marker: Markers) -> str:
    pairs = [f'"{name}":"{marker()}"' for name in names()]
    return '{"rl1_pin":26,"rl1_lv":1,"bt1_pin":10,"module":"CB2S",' + ",".join(pairs) + "}"


def commands(marker: Markers) -> list[str]:
    """A startup command a line, with a secret in each."""
    lines = []
    for name in name_facts().commands:
        lines.append(f"{name} {marker()}")
        lines.append(f'{name.title()} "{marker()} two words"')
    lines += [
        f"backlog startDriver NTP; Password1 {marker()}; SetFlag 1 1",
        f"addEventHandler WiFiState 4 backlog MqttUser {marker()}; MqttPassword {marker()}",
        f"alias login Password2 {marker()}",
        f"SendGet http://me:{marker()}@192.168.0.4/cm?cmnd=x",
        f"SendGet http://{marker()}@host/",
        f"SendGet http://192.168.0.4/cm?user={marker()}&password={marker()}&cmnd=Power",
        f"SendPOST https://host/x?api_key={marker()}&token={marker()}",
    ]
    return lines


def config(marker: Markers) -> bytes:
    """A settings sector with something in every text."""
    made = empty_config(5, "BK7231N").with_pins([PinSetting(26, "Rel", 1)])
    values: dict[str, Value] = {}
    for field in all_fields():
        if field.kind is Kind.TEXT and field.name not in OPEN_FIELDS:
            text = marker()
            values[field.name] = Secret(text.encode()) if field.hidden else text
    lines = commands(marker)
    values["startup_command"] = "\n".join(lines[:24:2] + lines[1:20:4] + lines[-7:])
    body = bytearray(made.with_values(values).encode())
    return bytes(body)


def template(marker: Markers) -> dict[str, object]:
    return {
        "vendor": "Anybody", "name": "Plug", "model": "1", "chip": "BK7231N", "board": "CB2S",
        "pins": {"26": "Rel;1", "10": "Btn;1"}, "flags": "1024", "keywords": [],
        "command": "\n".join(commands(marker)),
        "image": f"https://me:{marker()}@host/a.png", "wiki": f"https://host/?token={marker()}",
    }  # fmt: skip


def log(marker: Markers) -> str:
    """A boot log that prints secrets in all its forms."""
    stamp = "[01-01 18:12:15 TUYA N][lr:0x5cbd9]"
    lines = [
        "V:BK7231N_1.0.1",
        f"{stamp} oem_bk7231n_plug:1.1.17",
        f"{stamp} x oem cfg:{parameters(marker)}",
    ]
    for name in names():
        lines += [f"{stamp} {name}:{marker()}", f'{stamp} {{"{name}":"{marker()}","x":1}}']
        lines += [f"{stamp} {name} = {marker()}", f",{name}: is {marker()} "]
        lines += [f'{stamp} {{\\"{name}\\":\\"{marker()}\\"}}']
    lines += [f"{stamp} {line}" for line in commands(marker)]
    lines += [
        f"Using SSID [{marker()}]",
        f"Using Pass [{marker()}]",
        f"Authorization: Bearer {marker()}",
    ]
    return "\r\n".join(lines) + "\r\n"


def record(name: bytes, value: bytes) -> bytes:
    """An EasyFlash record."""
    checked = bytes([len(name)]) + b"\xff" * 3 + len(value).to_bytes(4, "little") + name + value
    whole = bytearray(b"KV40" + (len(checked) + 12).to_bytes(4, "little") + b"\0\0\0\0" + checked)
    at = 20 + len(name)
    row = FlashRecord(0, len(whole), (20, at), (at, len(whole)), ok=True)
    mend_record(whole, row)
    return bytes(whole)


def dump(marker: Markers) -> bytes:
    """A dump of Tuya's firmware with secrets wherever it may keep them."""
    secret = ",".join(f'"{name}":"{marker()}"' for name in names()).encode()
    values: Mapping[str, bytes] = {
        "gw_bi": b'{"uuid":"' + marker().encode() + b'","auth_key":"' + marker().encode() + b'"}\0',
        "gw_wsm": b'{"nc_tp":9,"ssid":"'
        + marker().encode()
        + b'","passwd":"'
        + marker().encode()
        + b'"}\0',
        "gw_di": b"{" + secret + b"}\0",
        "user_param_key": parameters(marker).encode() + b"\0",
        "em_sys_env": b'{"env":"bk7231n","token":"' + marker().encode() + b'"}\0',
        "unheard_of": marker().encode() + b"\0",
    }
    regions = {
        **storage(**values),
        **protected(gw_bi=values["gw_bi"], gw_wsm=values["gw_wsm"]),
        **oem_cfg(b""),
    }
    return with_regions(regions)


def openbeken(marker: Markers) -> bytes:
    """The same flash after OpenBeken was put on it: settings, variables, a script."""
    script = "\n".join(commands(marker)).encode() + b"\n"
    at = EASYFLASH + 0x20
    variables = b""
    for name in (b"note", b"MqttPassword", b"anything", b"wifi_pass"):
        variables += record(name, marker().encode()).ljust(128, b"\xff")
    return with_regions({CONFIG: config(marker)[:SECTOR], SCRIPT: script, at: variables})


def all_files(marker: Markers) -> Iterator[tuple[str, bytes]]:
    """Name and content of a file of each format."""
    yield "params.txt", parameters(marker).encode()
    yield "params.json", parameters_json(marker).encode()
    yield "wrapped.json", json.dumps({"user_param_key": parameters(marker)}).encode()
    yield "wide.txt", parameters(marker).encode("utf-16")
    yield "obk.cfg", config(marker)
    yield "template.json", json.dumps(template(marker)).encode()
    yield "boot.log", log(marker).encode()
    yield "tuya.bin", dump(marker)
    yield "openbeken.bin", openbeken(marker)
