"""What is replaced in a dump, where, and what is left as it is."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections import Counter

import pytest

from bekenlab.image import cipher, framing, read_image, rf
from bekenlab.openbeken.config.checksum import crc8
from bekenlab.redaction.dump import DumpRedactor
from bekenlab.tuya.crypto import decrypt, encrypt
from bekenlab.tuya.fast_connect import masked
from bekenlab.tuya.parameters.model import parameter_crc
from bekenlab.tuya.psm import psm_key
from bekenlab.tuya.storage.read import read_storage
from image.code import arm_code
from redaction.small_flash import (
    AUTH,
    DATA_KEY,
    FAST,
    FREE,
    MAC,
    NAME,
    NO_TEXT,
    PASSWORD,
    PINS,
    PROTECTED,
    RF,
    SECTOR,
    STORAGE,
    UUID,
    VALUES,
    flash,
    identity,
    wifi,
    with_a_damaged_value,
)

KEY_OF_NETWORK = hashlib.pbkdf2_hmac("sha1", PASSWORD, NAME, 4096, 32)


def redacted(data: bytes, *, unknown: bool = False) -> DumpRedactor:
    run = DumpRedactor(read_image(data), 0, unknown)
    run.run()
    assert len(run.data) == len(data)
    return run


def changed(before: bytes, after: bytes) -> set[int]:
    """Sectors that differ."""
    starts = range(0, len(before), SECTOR)
    return {at for at in starts if before[at : at + SECTOR] != after[at : at + SECTOR]}


def test_each_secret_is_counted_where_it_was() -> None:
    run = redacted(flash(protected={"gw_bi": identity()}))
    assert run.counts == {
        ("uuid", "storage, gw_bi"): 1,
        ("key", "storage, gw_bi"): 1,
        ("wifi-name", "storage, gw_wsm"): 1,
        ("wifi-password", "storage, gw_wsm"): 1,
        ("uuid", "protected block 0xd000, gw_bi"): 1,
        ("key", "protected block 0xd000, gw_bi"): 1,
        ("mac", "RF data 0x1018"): 1,
    }
    assert {UUID, AUTH, NAME, PASSWORD, MAC} <= run.secrets.by_value.keys()
    assert run.keys == (DATA_KEY,)
    assert run.common == ()
    assert {secret.value for secret in run.searched()} == run.secrets.by_value.keys()


def test_nothing_else_changes() -> None:
    data = flash(
        (FREE, b"hello world"),
        (FREE + SECTOR, b"rl1_pin:26 and more"),
        protected={"gw_bi": identity()},
    )
    after = bytes(redacted(data).data)
    assert changed(data, after) <= {RF, PROTECTED, *range(STORAGE, len(data), SECTOR)}
    storage = read_storage(after)
    assert storage
    assert storage.value("user_param_key") == PINS + b"\x00"
    assert all(value.ok for value in storage.values.values())
    assert after[RF : RF + SECTOR] == rf.build(MAC[:3] + after[RF + 0x18 + 3 : RF + 0x18 + 6])


def test_of_a_dump_without_secrets_nothing_changes() -> None:
    data = flash(values={"user_param_key": PINS + b"\x00"})
    data = bytes(redacted(data).data)
    run = redacted(data)
    assert bytes(run.data) == data
    assert (run.counts, run.erased) == (Counter(), 0)
    assert run.secrets.by_value == {}


@pytest.mark.parametrize("hide", [False, True])
def test_a_network_that_storage_has_forgotten(hide: bool) -> None:
    name, password = b"Grandma", b"swordfish1"
    key = hashlib.pbkdf2_hmac("sha1", password, name, 4096, 32)
    whole = name.ljust(33, b"\0") + bytes.fromhex("84d81b112233") + b"\x05\x06"
    whole += key.hex().encode() + b"\0" + password.ljust(65, b"\0")
    data = flash((FAST, masked(whole) if hide else whole), (FREE + 32, key))
    run = redacted(data)
    after = bytes(run.data[FAST : FAST + SECTOR])
    plain = masked(after) if hide else after
    for secret in (name, password, bytes.fromhex("112233"), key.hex().encode()[:8]):
        assert secret not in plain
    assert key not in run.data
    assert plain[33:36] == bytes.fromhex("84d81b")
    places = {place for _, place in run.counts}
    assert "Wi-Fi fast connect 0x2000" in places
    assert after[171:] == b"\xff" * (SECTOR - 171)


def test_keys_that_wifi_derives_are_looked_for_though_nobody_stored_them() -> None:
    run = redacted(flash((FREE + 32, KEY_OF_NETWORK)))
    assert KEY_OF_NETWORK not in run.data
    assert run.derived == {KEY_OF_NETWORK}
    assert ("wifi-key", "elsewhere, as stored") in run.counts


@pytest.mark.parametrize(
    ("left", "layer"),
    [
        (b"x" * 16 + AUTH, "as stored"),
        (base64.b64encode(b"ab" + AUTH), "as stored"),
        (masked(bytes(64) + AUTH)[64:], "without the mask of fast connect"),
        (encrypt(b"qwertyuiopasdfgh", bytes(16) + AUTH), "under the master key"),
        (encrypt(DATA_KEY, bytes(16) + AUTH), "under the storage key"),
        (encrypt(b"qwertyuiopasdfgh", encrypt(DATA_KEY, bytes(16) + AUTH)), "under both keys"),
    ],
)
def test_remains_are_found_in_every_layer(left: bytes, layer: str) -> None:
    data = flash((FREE + 64, left))
    run = redacted(data)
    assert ("key", f"elsewhere, {layer}") in run.counts
    assert left not in run.data
    tail = bytes(run.data[FREE + SECTOR : PROTECTED])
    assert tail == b"\xff" * len(tail)
    assert bytes(run.data[FREE : FREE + 64]) == b"\xff" * 64


def test_a_secret_in_a_stored_value_that_is_none_goes_as_well() -> None:
    run = redacted(flash(values=VALUES | {"em_sys_env": b"see " + UUID + b" here\x00"}))
    storage = read_storage(bytes(run.data))
    assert storage
    value = storage.value("em_sys_env")
    assert value
    assert UUID not in value
    assert value.startswith(b"see ")
    assert value.endswith(b" here\x00")
    assert run.counts["uuid", "storage"] == 1


def test_a_secret_in_a_protected_value_that_is_none_goes_as_well() -> None:
    value = b'{"pk":"k1","ip":"x-' + UUID + b'"}\x00'
    run = redacted(flash(protected={"gw_bi": identity(), "em_sys_env": value}))
    inner = decrypt(DATA_KEY, decrypt(b"qwertyuiopasdfgh", bytes(run.data[PROTECTED:STORAGE])))
    assert UUID not in inner
    assert b'"pk":"k1"' in inner
    assert run.counts["uuid", "protected block"] == 1


def test_a_damaged_value_is_not_made_a_good_one() -> None:
    data = with_a_damaged_value(flash())
    before, run = read_storage(data), redacted(data)
    after = read_storage(bytes(run.data))
    assert before
    assert after
    assert [value.ok for value in before.values.values()].count(False) == 1
    assert [v.ok for v in after.values.values()] == [v.ok for v in before.values.values()]
    plain = decrypt(DATA_KEY, bytes(run.data[STORAGE:]))
    assert base64.b64encode(NAME) not in plain
    assert base64.b64encode(PASSWORD) not in plain


def test_a_secret_within_another_one_is_replaced_with_it() -> None:
    values = VALUES | {"gw_wsm": wifi(b"Our Home", b"Our Home Guests")}
    run = redacted(flash((FREE, b"see Our Home Guests here"), values=values))
    whole = run.secrets.by_value[b"Our Home Guests"].placeholder
    assert bytes(run.data[FREE : FREE + 24]) == b"see " + whole + b" here"
    assert run.counts["wifi-password", "elsewhere, as stored"] == 1
    assert ("wifi-name", "elsewhere, as stored") not in run.counts


def test_secrets_in_plain_text_go_where_they_are_named() -> None:
    data = flash((FREE + 8, b"passwd:hunter22 pwd:abc ok"))
    run = redacted(data)
    after = bytes(run.data[FREE + 8 : FREE + 34])
    assert b"hunter22" not in after
    assert after.endswith(b" pwd:abc ok"), "three letters may be anything"
    assert run.counts["wifi-password", f"text at {FREE + 8 + 7:#x}"] == 1


def test_a_configuration_in_plain_text_keeps_its_pins_and_a_right_checksum() -> None:
    text = b"{rl1_pin:26,rl1_lv:0,bt1_pin:10,ssid:HomeSweet,module:CB2S,crc:000}"
    text = text.replace(b"000", b"%03d" % parameter_crc(text))
    run = redacted(flash((FREE, text), values={"user_param_key": PINS + b"\x00"}))
    after = bytes(run.data[FREE : FREE + len(text)])
    assert after.startswith(b"{rl1_pin:26,rl1_lv:0,bt1_pin:10,ssid:")
    assert b"HomeSweet" not in after
    assert after.endswith(b"crc:%03d}" % parameter_crc(after))
    assert run.counts["wifi-name", f"configuration at {FREE:#x}"] == 1


def test_openbekens_settings_keep_a_right_checksum() -> None:
    body = openbeken_settings(NAME, b"another pass")
    run = redacted(flash((FAST, body)))
    after = bytes(run.data[FAST : FAST + len(body)])
    assert NAME not in after
    assert b"another pass" not in after
    assert after[3] == crc8(after[4:])
    assert ("wifi-password", "OpenBeken settings") in run.counts


def easyflash_record(key: bytes, value: bytes) -> bytes:
    checked = bytes([len(key)]) + b"\xff" * 3 + len(value).to_bytes(4, "little") + key + value
    head = b"KV40" + (len(checked) + 12).to_bytes(4, "little")
    return head + zlib.crc32(checked).to_bytes(4, "little") + checked


def openbeken_settings(name: bytes, password: bytes) -> bytes:
    body = bytearray(0xE00)
    body[:8] = b"CFG\0" + (5).to_bytes(4, "little")
    body[0x014 : 0x014 + len(name)] = name
    body[0x054 : 0x054 + len(password)] = password
    body[3] = crc8(bytes(body[4:]))
    return bytes(body)


def test_a_record_of_easyflash_keeps_a_right_checksum() -> None:
    node = easyflash_record(b"note", b"password is correct horse")
    run = redacted(flash((FREE + 0x20, node)))
    after = bytes(run.data[FREE + 0x20 : FREE + 0x20 + len(node)])
    assert PASSWORD not in after
    assert zlib.crc32(after[12:]) == int.from_bytes(after[8:12], "little")
    assert "EasyFlash" in {place for _, place in run.counts}


@pytest.mark.parametrize(
    "node",
    [
        easyflash_record(b"MqttPassword", b"secret words here"),
        easyflash_record(b"a_name_with_digits_0123", b"secret4567words"),
        openbeken_settings(b"N4me" * 16, b"P4ss" * 16),
    ],
    ids=["record", "record with a long name", "full fields"],
)
def test_fields_that_touch_are_not_one_text(node: bytes) -> None:
    """Where any key-like text counts as a secret, name and value together would look like one."""
    run = redacted(flash((FREE + 0x20, node)), unknown=True)
    assert not [place for _, place in run.counts if place == "elsewhere, as stored"]
    again = redacted(bytes(run.data), unknown=True)
    assert again.data == run.data
    assert not again.counts


def psm(name: bytes) -> bytes:
    """Flash with the older form of storage."""
    texts = [b"PSM1\x01\x02\x03", b"ESP.ssid=" + name, b"passwd=" + PASSWORD,
             b"em_sys_env=see " + PASSWORD, b"user_param_key=" + PINS]  # fmt: skip
    stored = encrypt(psm_key(0x51), b"\x00".join(texts).ljust(2 * SECTOR, b"\xff"))
    blank = NO_TEXT.ljust(0x20000, b"\xff")
    return blank[:STORAGE] + stored + blank[STORAGE + len(stored) :]


def test_a_word_of_the_pin_configuration_stays_in_the_older_form() -> None:
    run = redacted(psm(b"rl1_pin"))
    assert [secret.value for secret in run.common] == [b"rl1_pin"]
    after = decrypt(psm_key(0x51), bytes(run.data[STORAGE : STORAGE + 2 * SECTOR]))
    assert b"user_param_key=" + PINS in after
    assert b"ESP.ssid=REDAC" in after


def test_the_older_form_of_storage() -> None:
    run = redacted(psm(NAME))
    after = decrypt(psm_key(0x51), bytes(run.data[STORAGE : STORAGE + 2 * SECTOR]))
    assert NAME not in after
    assert PASSWORD not in after
    assert b"em_sys_env=see " in after
    assert b"user_param_key=" + PINS in after
    assert run.derived == {KEY_OF_NETWORK}
    assert {place for _, place in run.counts} >= {"PSM storage, passwd", "PSM storage"}


@pytest.mark.parametrize(("unknown", "kept"), [(False, True), (True, False)])
def test_what_looks_like_a_key_goes_from_unknown_firmware_only(unknown: bool, kept: bool) -> None:
    token = b"9876543210123-abcdef98:765"
    run = redacted(flash((FREE + 1, b"\x00" + token + b"\x00")), unknown=unknown)
    assert (token in run.data) is kept


def with_code(plain: bytes, **values: bytes) -> bytes:
    """An application alone, as a file from 0x11000 on, and storage behind it."""
    code = framing.add(cipher.apply(arm_code(0x1000) + plain.ljust(32), 0x10000, cipher.TUYA_KEY))
    data = flash(values=VALUES | values)
    return code + data[len(code) :]


@pytest.mark.parametrize(
    ("password", "common"),
    [(b"abcd", True), (b"fifteen letters", True), (b"sixteen letters!", False), (b"wxyz", False)],
)
def test_a_short_word_of_the_code_is_no_secret_elsewhere(password: bytes, common: bool) -> None:
    data = with_code(b"wxy " + password * (password != b"wxyz"), gw_wsm=wifi(NAME, password))
    image = read_image(data)
    assert image.logical
    run = redacted(data)
    assert ({secret.value for secret in run.common} == {password}) is common
    assert (password in {secret.value for secret in run.searched()}) is not common
    size = image.spans[-1].end
    assert run.data[:size] == data[:size], "code is never changed"


@pytest.mark.parametrize(("password", "common"), [(b"abcde", True), (b"abcdef", False)])
def test_of_unknown_firmware_only_the_shortest_words_count_as_code(
    password: bytes, common: bool
) -> None:
    run = redacted(with_code(b"xx " + password, gw_wsm=wifi(NAME, password)), unknown=True)
    assert bool(run.common) is common


def test_a_word_of_the_pin_configuration_stays_in_it() -> None:
    run = redacted(flash(values=VALUES | {"gw_wsm": wifi(b"rl1_pin")}))
    assert [secret.value for secret in run.common] == [b"rl1_pin"]
    storage = read_storage(bytes(run.data))
    assert storage
    assert storage.value("user_param_key") == PINS + b"\x00"


def test_a_word_of_the_protected_pin_configuration_stays_in_it() -> None:
    values = {"gw_wsm": wifi(b"rl1_pin")}
    run = redacted(flash(values=values, protected={"user_param_key": PINS + b"\x00"}))
    assert [secret.value for secret in run.common] == [b"rl1_pin"]
    inner = decrypt(DATA_KEY, decrypt(b"qwertyuiopasdfgh", bytes(run.data[PROTECTED:STORAGE])))
    assert PINS in inner


def test_addresses_in_places_are_those_of_flash() -> None:
    data = with_code(b"nothing")
    image = read_image(data)
    assert image.start == 0x11000
    run = redacted(data[:FREE] + b"passwd:hunter22 ".ljust(64, b"\xff") + data[FREE + 64 :])
    assert f"text at {0x11000 + FREE + 7:#x}" in {place for _, place in run.counts}


def test_redacting_twice_changes_nothing() -> None:
    once = redacted(flash((FREE, b"see " + AUTH), protected={"gw_wsm": wifi()}))
    twice = redacted(bytes(once.data))
    assert twice.data == once.data
    assert twice.counts == {}
