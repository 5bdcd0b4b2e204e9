"""Redaction on dumps made here: every place and spelling a secret can have."""

import base64
import contextlib
import hashlib
import json
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amounts import ALL
from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import BekenlabError, NotADumpError, RedactionError, RefusedError
from bekenlab.image import cipher, framing, rf
from bekenlab.openbeken.config.checksum import crc8
from bekenlab.redaction import redact as job
from bekenlab.redaction.dump import DumpRedactor
from bekenlab.redaction.redact import Redaction, redact, redact_file
from bekenlab.redaction.texts import lone_token_spans
from bekenlab.samples import build_sample
from bekenlab.tuya.crypto import base_named, data_key, decrypt, encrypt
from bekenlab.tuya.fast_connect import masked
from bekenlab.tuya.psm import psm_key, read_psm
from bekenlab.tuya.storage.encode import encode_protected, encode_storage
from bekenlab.tuya.storage.read import read_storage

KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
MAC = bytes.fromhex("1c90ffa1b2c3")
NAME, PASSWORD = b"My Home Net", b"correct horse"
UUID, AUTH = b"tuya9f8e7d6c5b4a", b"Zq8Lm2Xc5Vb7Nn1Ka4Js6Hd9Gf3Ee0Wp"
PINS = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,module:CB2S,crc:66,}"
STORAGE, PROTECTED, FREE, FAST, RF = 0x1EE000, 0x1ED000, 0x1E0000, 0x1D1000, 0x1D0000
SECTOR = 0x1000


def wifi(name: bytes = NAME, password: bytes = PASSWORD) -> bytes:
    """The value ``gw_wsm`` as firmware writes it."""
    texts = {"ssid": base64.b64encode(name).decode(), "passwd": base64.b64encode(password).decode()}
    whole = {"nc_tp": 9, **texts, "md": 0, "wfb64": 1, "token": "AZ12Kd93", "region": "EU"}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\x00"


def identity(uuid: bytes = UUID) -> bytes:
    whole = {"uuid": uuid.decode(), "auth_key": AUTH.decode(), "ap_ssid": "SmartLife"}
    return json.dumps(whole, separators=(",", ":")).encode() + b"\x00"


VALUES = {"gw_bi": identity(), "gw_wsm": wifi(), "user_param_key": PINS + b"\x00"}


def flash(*pieces: tuple[int, bytes], values: dict[str, bytes] = VALUES) -> bytes:
    """Two MiB with storage, a protected block, RF data, and pieces put where they are wanted."""
    data = bytearray(b"\xff" * 0x200000)
    data[:0x12A000] = build_sample()[:0x12A000]
    parts = (
        (RF, rf.build(MAC)),
        (PROTECTED, encode_protected({"gw_bi": identity(), "gw_wsm": wifi()}, inner_key=KEY)),
        (STORAGE, encode_storage(values, inner_key=KEY, older=[{"gw_wsm": wifi(b"Old Home")}])),
        *pieces,
    )
    for at, content in parts:
        data[at : at + len(content)] = content
    return bytes(data)


def run(data: bytes) -> Redaction:
    return redact(InputFile("dump.bin", Path("dump.bin"), data))


def plain(data: bytes) -> bytes:
    """Storage and protected block, decrypted."""
    key = data_key(KEY, base_named("8710_2M"))
    inner = decrypt(key, decrypt(b"qwertyuiopasdfgh", data[PROTECTED:STORAGE]))
    return inner + decrypt(key, data[STORAGE:])


def stored(data: bytes, name: str) -> dict[str, object]:
    storage = read_storage(data)
    assert storage
    value = storage.value(name)
    assert value
    parsed: dict[str, object] = json.loads(value.rstrip(b"\x00"))
    return parsed


def kinds(redaction: Redaction) -> set[str]:
    return {row.kind for row in redaction.replacements}


def test_values_become_placeholders_of_the_same_shape() -> None:
    data = flash()
    after = run(data).data
    bi, wsm = stored(after, "gw_bi"), stored(after, "gw_wsm")
    assert str(bi["uuid"]).startswith("redacted")
    assert str(bi["auth_key"]).startswith("REDACTED")
    assert base64.b64decode(str(wsm["ssid"])).startswith(b"REDACTED")
    assert base64.b64decode(str(wsm["passwd"])).startswith(b"REDACTED")
    texts = [str(bi["uuid"]), str(bi["auth_key"]), str(wsm["ssid"]), str(wsm["passwd"])]
    assert len(set(texts)) == 4
    for name in ("gw_bi", "gw_wsm"):
        before = stored(data, name)
        assert {k: len(str(v)) for k, v in stored(after, name).items()} == {
            k: len(str(v)) for k, v in before.items()
        }
    assert (bi["ap_ssid"], wsm["region"]) == ("SmartLife", "EU")


def test_the_protected_copy_and_older_states_go_with_them() -> None:
    data = flash()
    for secret in (UUID, AUTH, base64.b64encode(NAME), base64.b64encode(b"Old Home")):
        assert secret in plain(data)
        assert secret not in plain(run(data).data)


def test_checksums_are_right_and_pins_are_the_same() -> None:
    data = flash()
    old, new = (
        analyze(InputFile("x", Path("x"), d), boot=BootMode.NEVER) for d in (data, run(data).data)
    )
    assert new.tuya.storage
    assert new.tuya.storage.bad_blocks == ()
    assert all(value.ok for value in new.tuya.storage.values.values())
    assert [block.ok for block in new.tuya.protected] == [True]
    assert new.pins == old.pins
    assert new.notices == old.notices


def test_a_page_nothing_points_to_is_erased() -> None:
    key = data_key(KEY, base_named("8710_2M"))
    storage = bytearray(encode_storage(VALUES, inner_key=KEY))
    last = len(storage) - SECTOR
    block = bytearray(decrypt(key, bytes(storage[last:])))
    block[7 * 128 : 7 * 128 + 40] = b'd":"half a secret","token":"other one"}}'
    block[4:8] = sum(block[8:]).to_bytes(4, "little")
    storage[last:] = encrypt(key, bytes(block))
    data = flash((STORAGE, bytes(storage)))
    assert b"half a secret" in plain(data)
    result = run(data)
    assert b"half a" not in plain(result.data)
    assert result.erased == 1
    assert read_storage(result.data) is not None


@pytest.mark.parametrize(
    "left",
    [
        NAME,
        PASSWORD,
        UUID,
        UUID.hex().encode(),
        UUID.hex().upper().encode(),
        UUID.decode().encode("utf-16-le"),
        UUID.decode().encode("utf-16-be"),
        base64.b64encode(b"a" + UUID),
        base64.b64encode(b"ab" + UUID),
        MAC,
        MAC[::-1],
        MAC[:5] + b"\xc4",
        MAC.hex().encode(),
        MAC.hex(":").upper().encode(),
        b"obk" + MAC.hex()[4:].upper().encode(),
        hashlib.pbkdf2_hmac("sha1", PASSWORD, NAME, 4096, 32),
        hashlib.pbkdf2_hmac("sha1", PASSWORD, NAME, 4096, 32).hex().encode(),
    ],
)
def test_secrets_are_found_anywhere_in_any_spelling(left: bytes) -> None:
    data = flash((FREE + 64, b"..." + left + b"..." if left[:1].isalnum() else left))
    assert left in data
    result = run(data)
    assert left not in result.data
    assert len(result.data) == len(data)
    changed = [at for at in range(FREE, FREE + SECTOR) if data[at] != result.data[at]]
    assert changed
    assert max(changed) < FREE + 64 + 6 + len(left)


def test_a_secret_under_the_mask_of_fast_connect_is_found() -> None:
    hidden = masked(b"\x00" * 64 + PASSWORD)[64:]
    assert hidden not in run(flash((FREE + 64, hidden))).data


def test_remains_encrypted_with_the_storage_key_are_found() -> None:
    """A sector whose magic is gone is no block any more, but everybody has its key."""
    key = data_key(KEY, base_named("8710_2M"))
    remains = encrypt(key, (b"\x00" * 40 + b'{"auth_key":"' + AUTH + b'"}').ljust(SECTOR, b"\xff"))
    data = flash((FREE, remains))
    after = run(data).data
    text = decrypt(key, after[FREE : FREE + SECTOR])
    assert AUTH not in text
    assert b'{"auth_key":"REDACTED' in text


def record(name: bytes, password: bytes, *, hide: bool) -> bytes:
    key = hashlib.pbkdf2_hmac("sha1", password, name, 4096, 32).hex().encode()
    bssid = bytes.fromhex("84d81b112233")
    whole = name.ljust(33, b"\0") + bssid + b"\x05\x06" + key + b"\0" + password.ljust(65, b"\0")
    return masked(whole) if hide else whole


@pytest.mark.parametrize("hide", [False, True])
def test_the_fast_connect_record_of_a_forgotten_network(hide: bool) -> None:
    """The storage knows nothing of it any more; the record still has everything."""
    data = flash((FAST, record(b"Grandma", b"swordfish1", hide=hide)))
    result = run(data)
    after = result.data[FAST : FAST + 171]
    after = masked(after) if hide else after
    assert after.startswith(b"REDAC")
    assert b"Grandma" not in after
    assert b"swordfish1" not in after
    assert after[33:36] == bytes.fromhex("84d81b")
    assert after[36:39] != bytes.fromhex("112233")
    assert after[41:47] == b"facade"
    assert result.data[FAST + 171 : FAST + SECTOR] == b"\xff" * (SECTOR - 171)
    assert {"wifi-key", "mac"} <= kinds(result)


def settings_sector() -> bytes:
    body = bytearray(0xE00)
    body[:8] = b"CFG\0" + (5).to_bytes(4, "little")
    for at, text in (
        (0x014, NAME), (0x054, PASSWORD), (0x094, b"broker.example"), (0x1D4, b"homeassistant"),
        (0x214, b"mqtt pass 1"), (0x2DE, b"obkA1B2C3D4"), (0x478, b"pool.ntp.org"),
        (0x5E0, b'startDriver NTP; MqttPassword "other pass"; SetFlag 1 1'), (0xC84, b"webpass99"),
    ):  # fmt: skip
        body[at : at + len(text)] = text
    body[0x33E + 26] = 1
    body[3] = crc8(bytes(body[4:]))
    return bytes(body)


def test_openbekens_settings() -> None:
    data = flash((FAST, settings_sector()))
    result = run(data)
    after = result.data[FAST : FAST + 0xE00]
    assert after[3] == crc8(after[4:])
    for secret in (NAME, PASSWORD, b"mqtt pass 1", b"webpass99", b"other pass", b"obkA1B2"):
        assert secret not in after
    for kept in (b"homeassistant", b"pool.ntp.org", b"startDriver NTP; MqttPassword", b"SetFlag"):
        assert kept in after
    assert after[0x33E : 0x33E + 32] == data[FAST + 0x33E : FAST + 0x33E + 32]
    assert {"wifi-name", "wifi-password", "mqtt-password", "web-password"} <= kinds(result)


def test_a_settings_sector_with_a_wrong_checksum_keeps_it() -> None:
    sector = bytearray(settings_sector())
    sector[3] ^= 0x55
    after = run(flash((FAST, bytes(sector)))).data[FAST : FAST + 0xE00]
    assert after[3] == sector[3]
    assert PASSWORD not in after


def test_an_easyflash_record_gets_its_checksum_back() -> None:
    key, value = b"note", b"password is correct horse"
    checked = bytes([len(key)]) + b"\xff" * 3 + len(value).to_bytes(4, "little") + key + value
    head = b"KV40" + (len(checked) + 12).to_bytes(4, "little")
    node = head + zlib.crc32(checked).to_bytes(4, "little") + checked
    data = flash((FREE + 0x20, node))
    after = run(data).data[FREE + 0x20 : FREE + 0x20 + len(node)]
    assert PASSWORD not in after
    assert zlib.crc32(after[12:]) == int.from_bytes(after[8:12], "little")


def test_the_psm_form() -> None:
    texts = [b"PSM1\x01\x02\x03", b"ESP.ssid=" + NAME, b"passwd=" + PASSWORD, b"local_key=k" * 2,
             b"ty_ws_mod=1", b"user_param_key=" + PINS]  # fmt: skip
    region = b"\x00".join(texts).ljust(2 * SECTOR, b"\xff")
    sample = bytearray(build_sample())
    sample[STORAGE - SECTOR :] = b"\xff" * (len(sample) - STORAGE + SECTOR)
    sample[STORAGE : STORAGE + len(region)] = encrypt(psm_key(0x51), region)
    result = run(bytes(sample))
    before, after = read_psm(bytes(sample)), read_psm(result.data)
    assert before
    assert after
    assert before.values.keys() == after.values.keys()
    assert after.values["ESP.ssid"].value == b"REDACTED01x"[: len(NAME)]
    assert PASSWORD not in decrypt(psm_key(0x51), result.data[STORAGE : STORAGE + len(region)])
    assert after.values["user_param_key"].value == PINS
    assert "redact-unchecked" in [n.code for n in result.notices]


def test_short_secrets_are_replaced_in_their_place_only() -> None:
    """Two letters stand everywhere; four only count as a word of their own."""
    values = VALUES | {"gw_wsm": wifi(b"ab", b"wxyz")}
    data = flash((FREE, b"about abab, wxyzzy and wxyz."), values=values)
    result = run(data)
    after = result.data[FREE : FREE + 28]
    assert after[:23] == b"about abab, wxyzzy and "
    assert re.fullmatch(rb"re\d\d\.", after[23:])
    wsm = stored(result.data, "gw_wsm")
    assert base64.b64decode(str(wsm["ssid"])) == b"RE"


def test_a_word_of_the_firmware_is_left_where_the_firmware_has_it() -> None:
    image = analyze(InputFile("x", Path("x"), flash()), boot=BootMode.NEVER).image
    assert image
    at = next(i for i in range(0x10000, len(image.logical)) if image.logical[i : i + 8].isalpha())
    word = image.logical[at : at + 8]
    data = flash(values=VALUES | {"gw_wsm": wifi(word)})
    result = run(data)
    assert result.data[:0x12A000] == data[:0x12A000]
    assert base64.b64encode(word) not in plain(result.data)
    assert "redact-common-word" in [notice.code for notice in result.notices]


def test_what_an_unknown_firmware_has_compiled_in_is_no_common_word() -> None:
    """ESPHome has the name of the network in its code; sharing that dump would give it away."""
    app = b"\x00" * 4096 + b"My Home Net\x00correct horse\x00"
    code = bytes.fromhex("0e0000ea") + bytes.fromhex("14f09fe5") * 7 + app
    data = bytearray(b"\xff" * 0x200000)
    framed = framing.add(cipher.apply(code, 0x10000, cipher.TUYA_KEY))
    data[0x11000 : 0x11000 + len(framed)] = framed
    data[RF : RF + SECTOR] = rf.build(MAC)
    data[FAST : FAST + 171] = record(NAME, PASSWORD, hide=False)
    with pytest.raises(RedactionError) as caught:
        run(bytes(data))
    assert caught.value.facts["where"] == "decrypted code"
    assert "do not share" in caught.value.hint


def test_a_pin_configuration_that_holds_a_secret_is_named() -> None:
    odd = b"{rl1_pin:26,ssid:HomeSweet,module:CB2S}\x00"
    result = run(flash(values=VALUES | {"user_param_key": odd}))
    notice = next(n for n in result.notices if n.code == "redact-unchecked")
    assert "ssid" in notice.message
    assert "HomeSweet" not in notice.message


def test_a_word_of_the_pin_configuration_does_not_change_it() -> None:
    data = flash(values=VALUES | {"gw_wsm": wifi(b"rl1_pin")})
    storage = read_storage(run(data).data)
    assert storage
    assert storage.value("user_param_key") == PINS + b"\x00"


def test_the_same_dump_gives_the_same_bytes_and_so_does_the_result() -> None:
    data = flash((FAST, record(b"Grandma", b"swordfish1", hide=True)))
    once = run(data)
    assert run(data).data == once.data
    twice = run(once.data)
    assert twice.data == once.data
    assert (twice.secrets, twice.replacements) == (0, ())


@pytest.mark.parametrize("cut", [0x11000, 0x100000])
def test_a_rotated_dump_keeps_its_order(cut: int) -> None:
    data = flash()
    turned = data[cut:] + data[:cut]
    after = run(turned).data
    assert after[-cut:] + after[:-cut] == run(data).data


def test_a_repeated_dump_keeps_its_size() -> None:
    data = flash()
    assert run(data * 2).data == run(data).data * 2


def test_what_a_tool_printed_before_the_dump_is_left_out() -> None:
    data = flash()
    result = run(b"MAC: 1c:90:ff:a1:b2:c3 " * 3 + data)
    assert result.data == run(data).data
    assert "redact-leading-bytes" in [notice.code for notice in result.notices]


def test_an_unknown_firmware_is_said_to_be_unchecked() -> None:
    data = bytearray(b"\xff" * 0x200000)
    data[RF : RF + SECTOR] = rf.build(MAC)
    data[FREE : FREE + 40] = b'{"ssid":"My Home Net","passwd":"secret"}'
    result = run(bytes(data))
    assert MAC not in result.data
    assert b"My Home Net" not in result.data
    assert [notice.code for notice in result.notices] == ["redact-unchecked"]


def test_texts_that_look_like_keys_go_from_an_unknown_firmware() -> None:
    token, host, text = b"9876543210123-abcdef98:765", b"mqtt7.example-cloud.com", b"hello there 2"
    strings = b"\x00".join([b"", token, host, text, b"aaaaaaaaaaaaaaaaaaaaaaaa1", b""])
    data = bytearray(b"\xff" * 0x200000)
    data[RF : RF + SECTOR] = rf.build(MAC)
    data[FREE : FREE + len(strings)] = strings
    after = run(bytes(data)).data[FREE : FREE + len(strings)]
    assert token not in after
    assert after.split(b"\x00")[1].startswith(b"REDACTED")
    assert after.split(b"\x00")[2:] == strings.split(b"\x00")[2:]
    known = run(flash((FREE, strings))).data
    assert known[FREE : FREE + len(strings)] == strings


def test_texts_that_are_almost_a_host_cost_no_time() -> None:
    """They end in what no host ends in; each separator used to double the time."""
    token = b"a1b2c3d4" + b"-" * 900 + b"!"
    spans = list(lone_token_spans(b"\x00" + token[:-1] + b"\x00" + token + b"\x00"))
    assert [span.end - span.start for span in spans] == [len(token) - 1]
    hosts = (b"mqtts://a3.tuyaeu-1.com:8883/x", b"a-b.example.org", b"m1.tuyacn.com/d.json")
    assert not [host for host in hosts if list(lone_token_spans(b"\x00" + host + b"\x00"))]


def test_private_keys_go_and_certificates_stay() -> None:
    def pem(what: bytes, body: bytes) -> bytes:
        return b"-----BEGIN " + what + b"-----\n" + body + b"\n-----END " + what + b"-----\n"

    lines = b"MIIEpAIBAAKCAQEA1f2k" * 3 + b"\n" + b"k9Zp0Q+rJw8Xy7==" * 2
    data = flash(
        (FREE, pem(b"RSA PRIVATE KEY", lines)), (FREE + SECTOR, pem(b"CERTIFICATE", lines[:16]))
    )
    after = run(data).data
    assert not any(line in after for line in lines.split(b"\n"))
    assert after[FREE : FREE + 31] == b"-----BEGIN RSA PRIVATE KEY-----"
    assert after[FREE + SECTOR :].startswith(pem(b"CERTIFICATE", lines[:16]))


@pytest.mark.parametrize("data", [b"", b"\xff" * 4096, b"GIF89a" + bytes(range(256)) * 40])
def test_what_is_no_dump_is_refused(data: bytes) -> None:
    with pytest.raises(NotADumpError):
        run(data)


def test_a_text_is_refused() -> None:
    with pytest.raises(RefusedError):
        run(PINS)


def test_a_failed_proof_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever redaction forgets, the proof finds: here it forgets to search."""
    data = flash((FREE, b"again: " + AUTH))
    monkeypatch.setattr(DumpRedactor, "_search", lambda _self, text, _wanted, _place: text)
    with pytest.raises(RedactionError) as caught:
        run(data)
    assert AUTH.decode() not in caught.value.message + str(caught.value.facts)


def test_a_changed_pin_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    real = job._as_in_file

    def broken(original: bytes, image: object, physical: bytes) -> bytes:
        storage = read_storage(physical)
        assert storage
        values = {name: value.value for name, value in storage.values.items()}
        values["user_param_key"] = PINS.replace(b"26", b"24")
        physical = physical[:STORAGE] + encode_storage(values, inner_key=KEY)
        return real(original, image, physical)  # type: ignore[arg-type]

    monkeypatch.setattr(job, "_as_in_file", broken)
    with pytest.raises(RedactionError, match="would change"):
        run(flash())


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "dump.bin"
    path.write_bytes(flash())
    assert redact_file(path).data == run(flash()).data


@pytest.mark.no_cover
@settings(max_examples=500 if ALL else 10)
@given(st.lists(st.tuples(st.integers(0x1CF000, 0x1FFFFF), st.binary(max_size=64)), max_size=8))
def test_damaged_dumps_are_redacted_or_refused(edits: list[tuple[int, bytes]]) -> None:
    data = bytearray(flash((FAST, settings_sector())))
    for at, content in edits:
        data[at : at + len(content)] = content
    try:
        result = run(bytes(data[:0x200000]))
    except BekenlabError:
        return
    assert len(result.data) == 0x200000
    assert AUTH not in result.data


@settings(max_examples=60)
@given(st.binary(max_size=9000))
def test_any_bytes_give_a_result_or_an_error(data: bytes) -> None:
    with contextlib.suppress(BekenlabError):
        assert len(run(data).data) == len(data)
