"""What is personal in a log is found, and never shown by accident."""

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.boot_log.redact import LineRedactor, _folded, redact_log, secret_spans
from boot_logs import KEY, STAMP, boot

UUID = "0123456789abcdef"
AUTH = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE"
DEVICE = "bf0123456789abcdefghij"
LINES = {
    f"get key:\r\n{KEY} ": KEY,
    f"get kvs:\r\n{KEY} ": KEY,
    f"bk_rst:0 tuya_rst:0{KEY} ": KEY,
    "dev id key: 16\r\n01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef ": "23 45 67 89 ab cd ef 01",
    "ble mac:1c-90-ff-ab-cd-ef": "ab-cd-ef",
    "mac 1c:90: 8:ab: 4:ef": "ab: 4:ef",
    "bssid f0-9f-c2-ab-cd-ef": "ab-cd-ef",
    "[01-01 18:12:15 TUY-ab-cd": "-ab-cd",
    "serial_no:1c90ffabcdef": "abcdef",
    f"devid:{DEVICE} dparr[0]:46 not find, continue.": DEVICE,
    f"begin to subscribe [smart/device/in/{DEVICE}]": DEVICE,
    f"upd product_id type:1 keyabcdefghijklm {UUID} {AUTH}": AUTH,
    f"ty uuid={UUID} auth_key={AUTH}": AUTH,
    f'{{"ret":true,"auzkey":"{AUTH}","uuid":"{UUID}","ap_ssid":"My Home"}}': UUID,
    f"ffc pid x uuid {UUID}": UUID,
    "ssid:My Home, 1": "My Home",
    "compossid:My Home, 1": "My Home",
    "current product ssid name:My Home": "My Home",
    "ssid:My Home key:pass word 1  channel: 6": "pass word 1",
    "ssid:My Home\tkey:pass word 1": "pass word 1",
    "ssid=My Home,password=pass word 1": "pass word 1",
    "Netcfg Finish. type:1, new_type:0x1, ssid:My Home, passwd:pass word 1, nc_tp:3": "pass word 1",
    "Rev Data Success,ssid:My Home pwd:pass word 1 random:1f": "pass word 1",
    "setting ap is as same as the current network:My Home, pwd:pass word 1": "My Home",
    "start wf connect, ssid:My Home, pwd:pass word 1": "My Home",
    "wifi connect My Home, pwd pass word 1": "pass word 1",
    "switch ssid My Home, passwd pass word 1": "My Home",
    "PSKC: ssid My Home, passphrase pass word 1": "pass word 1",
    "Parse passwd:pass word 1": "pass word 1",
    "scan SSID: 4d 79 20 48 6f 6d 65 ": "4d 79 20",
    "new ie: 0 : 4d 79 20 ": "4d 79",
    "token_create: new token:t0k3n": "t0k3n",
    "region:EU token:t0k3n regkey:r3gk3y": "r3gk3y",
    'get token:t0k3n regist_key:"r3gk3y"': "t0k3n",
    "Info:MAIN:Using SSID [My Home]": "My Home",
    "Info:MAIN:Using Pass [pass] word 1]": "pass] word 1",
    "Info:MQTT:MQTT_RegisterCallback called for bT obk1A2B3C4D/ subT x": "1A2B3C4D",
    "Info:GEN:softap:ssid=OpenBK7231N_1A2B3C4D,channel=1,dhcp=1": "1A2B3C4D",
    "subcribe_topic:x, client_id:c1ient, user_name:us3r, passwd:pass1": "c1ient",
}
HARMLESS = (
    "OpenBK7231N, version 1.18.300",
    "Info:MAIN:Using SSID []",
    "need scan ssid: tuya_mdev_test2 to enter product test repeatedly.",
    "gw_cntl.gw_if.product_key:keyabcdefghijklm, input:keyabcdefghijklm",
    "[UART1/MCU] 55 aa 00 00 00 00 ff 55 aa 00 00 00 00 ff ",
    "firmware compiled at Jun 13 2023 20:36:20",
    "key_addr: 0x1ee000   block_sz 4096",
    "spi_master:[CTRL]:0x00c30930 ",
    "rc_init: station_id=0 format_mod=0 pre_type=2 short_gi=436053 max_bw=947039",
    "do td cur_t:284--last:idx:13,t:294 -- new:idx:12,t:282 ",
    "< BUILD AT:2022_12_22_14_55_08 BY ci_manage FOR ty_iot_sdk AT bk7231n >",
    "[Flash]id:0xeb6015",
)


@pytest.mark.parametrize("line", LINES)
def test_personal_things_are_taken_out(line: str) -> None:
    whole = f"{STAMP}first\r\n{line}\r\n{STAMP}last\r\n"
    redacted = redact_log(whole)
    assert LINES[line] not in redacted
    assert "<redacted>" in redacted
    assert "My Home" not in redacted
    assert "pass word 1" not in redacted
    assert redacted.count("\n") == whole.count("\n")
    assert redacted.startswith(f"{STAMP}first\r\n")
    assert redacted.endswith(f"\r\n{STAMP}last\r\n")


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_not_personal_stays(line: str) -> None:
    assert redact_log(f"{STAMP}{line}\r\n") == f"{STAMP}{line}\r\n"


def test_pins_and_identity_survive() -> None:
    log = boot("uf_string", "key_list", "p_buf", "config_block", "io_lines")
    before, after = parse_boot_log(log), parse_boot_log(redact_log(log))
    assert after.parameters == before.parameters
    assert after.firmware == before.firmware
    assert after.kv_address == before.kv_address
    assert len(before.secrets) == 1


def test_a_value_once_known_is_taken_out_everywhere() -> None:
    log = f"{STAMP}ssid:Villa Bellevue 7, passwd:x\r\nfoundVilla Bellevue 7here\r\n"
    assert "Bellevue" not in redact_log(log)


def test_eight_characters_are_taken_out_everywhere_and_seven_where_they_are_named() -> None:
    for name, left in (("Bellevue", False), ("Bellevu", True)):
        redacted = redact_log(f"{STAMP}ssid:{name}, passwd:x\r\nfound{name}here\r\n")
        assert f"ssid:{name}" not in redacted
        assert (f"found{name}here" in redacted) is left


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Villa Bellevue", "A Villa Bellevue 7"),  # inside
        ("Villa Bellevue", "Villa Bellevue 7"),  # at the beginning
        ("Villa Bellevue", "A Villa Bellevue"),  # at the end
        ("Villa Bellevue 7", "Villa Bellevue"),
    ],
)
def test_a_value_inside_another_does_not_end_it(first: str, second: str) -> None:
    log = f"{STAMP}ssid:{first}, passwd:x\r\n{STAMP}ssid:{second}, passwd:y\r\n"
    line = f"{STAMP}ssid:<redacted>, passwd:<redacted>\r\n"
    assert redact_log(log) == line * 2


def test_a_value_that_reaches_beyond_another_is_taken_out_whole() -> None:
    """It is known from elsewhere, and stands half inside what a pattern recognises."""
    known = "wxyz, passwd:hunter"
    log = f"{STAMP}Info:MAIN:Using SSID [{known}]\r\n{STAMP}ssid:ab{known}22, nc_tp:3\r\n"
    assert redact_log(log).split("\r\n")[1] == f"{STAMP}ssid:<redacted>, nc_tp:3"


PIECES = [
    *("ssid:", " key:", ", passwd:", "token:", "Using SSID [", "]", "Villa", "Bellevue"),
    *(",", " ", "\r\n"),
]


@given(st.lists(st.sampled_from([*PIECES, *LINES, UUID, "1c-90-ff-ab-cd-ef"]), max_size=12))
def test_spans_are_in_order_apart_and_hold_every_match(pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = secret_spans(text)
    assert all(start < end for start, end, _ in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    for _, pattern, _ in boot_log_facts().secrets:
        for match in pattern.finditer(text):
            start, end = match.span("s")
            inside = any(first <= start and end <= last for first, last, _ in spans)
            assert inside or not match["s"] or "55" in match["s"]


@pytest.mark.parametrize("at", range(1, len(AUTH)))
def test_a_key_broken_in_two_leaves_little(at: int) -> None:
    parts = (f"auth_key={AUTH[:at]}", AUTH[at:])
    redacted = redact_log(f"{parts[0]}\r\n{STAMP}x\r\n{parts[1]}\r\n")
    left = max((len(word) for word in re.findall(r"[A-Za-z0-9]+", redacted) if word in AUTH),
               default=0)  # fmt: skip
    assert left < 14


def test_secrets_do_not_show_themselves() -> None:
    log = parse_boot_log("".join(f"{line}\r\n" for line in LINES))
    shown = repr(log) + str(log)
    for secret in (KEY[:9], AUTH, UUID, DEVICE, "My Home", "pass word"):
        assert secret not in shown
    kinds = {secret.kind for secret in log.secrets}
    assert kinds == {"key", "bytes", "ssid", "password", "token", "uuid", "device_id", "mac"}
    revealed = {secret.value.reveal() for secret in log.secrets}
    assert {DEVICE.encode(), b"abcdef"} <= revealed


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_keeps_its_lines(text: str) -> None:
    redacted = redact_log(text)
    assert redacted.count("\n") == text.count("\n")
    assert redacted.count("\r") == text.count("\r")


def test_line_by_line_a_value_seen_before_is_hidden_where_nothing_labels_it() -> None:
    redactor = LineRedactor()
    redactor.redact(["ssid:Villa Bellevue 7, passwd:correct horse battery"])
    for number in range(60):
        redactor.redact([f"nothing here {number}"])
    [line] = redactor.redact(["found Villa Bellevue 7 again"])
    assert "Bellevue" not in line
    assert redactor.redact([]) == []


def test_line_by_line_a_label_counts_for_what_stands_on_the_lines_behind_it() -> None:
    redactor = LineRedactor()
    for blank in ("get key:", "", "", ""):
        assert redactor.redact([blank]) == [blank]
    [line] = redactor.redact(["0x1a 0x2b"])
    assert "0x1a" not in line


def test_what_is_remembered_of_a_log_is_bounded() -> None:
    redactor = LineRedactor()
    lines = iter(f"ssid:network number {at}, passwd:secret number {at}" for at in range(2000))
    spent = []
    for _ in range(10):
        began = time.process_time()
        for line in itertools.islice(lines, 200):
            redactor.redact([line])
        spent.append(time.process_time() - began)
    # Without a bound, the last lines would take some ten times as long as the second few.
    assert min(spent[-3:]) < 3 * max(spent[1:3])
    [line] = redactor.redact(["joins network number 1999 now"])
    assert "1999" not in line


def test_a_value_that_keeps_coming_back_is_not_forgotten() -> None:
    redactor = LineRedactor()
    for at in range(700):
        label = "ssid:Villa Bellevue 7" if at % 50 == 0 else f"ssid:network number {at}"
        redactor.redact([label, f"nothing here {at}"])
    [line] = redactor.redact(["found Villa Bellevue 7 again"])
    assert "Bellevue" not in line


@pytest.mark.parametrize(
    ("pattern", "words"),
    [(pattern, words) for _, pattern, words in boot_log_facts().secrets if words],
    ids=lambda each: each[0] if isinstance(each, tuple) else "",
)
@given(data=st.data())
def test_a_pattern_matches_nothing_without_one_of_its_words(
    pattern: re.Pattern[str], words: tuple[str, ...], data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern))
    # Not only by itself: the words are what decides whether the pattern is tried at all.
    assert any(word in _folded(text) for word in words)
    assert secret_spans(text)
