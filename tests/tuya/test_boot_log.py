"""The boot log: every family, cut, interleaved, repeated and dressed up by terminals."""

import re
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amounts import one_in
from bekenlab.tuya.boot_log.clean import clean
from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.merge import read_boot
from bekenlab.tuya.boot_log.model import BootLog
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.boot_log.records import find_records
from bekenlab.tuya.parameters.model import parameter_crc
from boot_logs import EXTRA, FAMILIES, HEAD, STAMP, TAIL, TRUTH, boot, key_list, text, uf_string

# Pieces of other tasks' messages, whole and from their middle, as seen in real captures.
NOISE = (
    "[bk]tx_txdesc_flush\r\n",
    "fast_connect\r\n",
    " init finish\r\n",
    ",op_ret:-906\r\n",
    ", 1\r\nht in scan\r\nscan_start_req_handler\r\n",
    f"{STAMP}register mqc app callback\r\n",
    "\r\nmac 1c:90:ff:00:11:22\r\nleave low level!\r\n",
    "[01-01 18:12:15 hci_init ok\r\n!!!!!!init_type=0\n",
    " \r\n",
    "4 \r\n",
    "0xcb 0x4e 0x3e \r\n",
    "bk_rst:0 tuya_rst:0",
    "\x00\x80\xfe",
)


def codes(log: BootLog) -> list[str]:
    return [notice.code for notice in log.notices]


def values_of(log: str) -> Mapping[str, object]:
    """The parameters alone, quicker than ``parse_boot_log``, for thousands of logs."""
    return read_boot(find_records(clean(log)), 0, (None, None), complete=False).values


def wrong(values: Mapping[str, object]) -> dict[str, object]:
    """Values that are not the device's."""
    return {
        name: value
        for name, value in values.items()
        if value not in (TRUTH.get(name), EXTRA.get(name, TRUTH.get(name)))
    }


def short(family: str) -> str:
    """A family's records, of a list only the first six."""
    records = FAMILIES[family]
    return "".join(records.splitlines(keepends=True)[:6]) if family[:3] == "key" else records


@pytest.mark.parametrize("family", ["key_list", "key_length", "key_columns"])
def test_keys_one_by_one_give_every_value(family: str) -> None:
    log = parse_boot_log(boot(family))
    assert log.parameters.values == TRUTH
    assert log.complete
    assert codes(log) == []
    assert {s.family for s in log.sources.values()} == {family.replace("columns", "length")}
    assert log.module == "CB3S"
    assert log.parameters.integer("rl1_pin") == 26


@pytest.mark.parametrize("family", ["uf_string", "p_config"])
def test_a_cut_text_gives_what_is_whole(family: str) -> None:
    log = parse_boot_log(boot(family))
    printed = FAMILIES[family].rpartition(",")[0]  # what a comma ends
    names = [name for name in TRUTH if f"{name}:" in printed]
    assert list(log.parameters.values) == names
    assert len(names) > 9
    assert not wrong(log.parameters.values)
    assert not log.complete
    assert all(source.truncated and source.certain for source in log.sources.values())
    assert codes(log) == ["log-cut"]


def test_chunks_that_overlap_are_put_together() -> None:
    log = parse_boot_log(boot("p_buf"))
    assert not wrong(log.parameters.values)
    assert {"rl1_lv", "rl1_pin", "total_bt_pin", "ch_num"} <= set(log.parameters.values)
    plain = text()
    whole = plain[:-1] + f"crc:{parameter_crc(plain)},}}"
    parts = (whole[:120], whole[70:210], whole[150:])
    log = parse_boot_log(HEAD + "".join(f"{STAMP}pBuf:{part}" for part in parts) + "\r\n" + TAIL)
    assert log.parameters.crc_ok is True  # only of the joined text
    assert len(log.parameters.values) == len(TRUTH) + 1
    assert codes(log) == []


def test_the_second_chunk_alone_begins_at_its_first_whole_name() -> None:
    log = parse_boot_log(f"{STAMP}pBuf:d_pin:7,g_pin:8,b_pin:26,module:WB3S,{STAMP}x\n")
    assert log.parameters.values == {"g_pin": 8, "b_pin": 26, "module": "WB3S"}


def test_texts_that_share_too_little_are_not_joined() -> None:
    one = f"{STAMP}pBuf:{{g_pin:8,rl1_pin:2"
    log = parse_boot_log(f"{one}{STAMP}pBuf:26,rl1_lv:1,b_pin:7,{STAMP}x\n")
    assert log.parameters.values == {"g_pin": 8, "rl1_lv": 1, "b_pin": 7}


@pytest.mark.parametrize(
    "words",
    ["kv oem cfg ", "oem cfg:", "oem cfg uf file ", "oem cfg uf read len 300, data ",
     "pConfig = ", "pConfig:", "json upgrade pConfig:"],
)  # fmt: skip
def test_a_whole_text_is_read_whatever_announces_it(words: str) -> None:
    plain = text()
    whole = plain[:-1] + f"crc:{parameter_crc(plain)},}}"
    log = parse_boot_log(f"{HEAD}{STAMP}{words}{whole}\r\n{TAIL}")
    assert {k: v for k, v in log.parameters.values.items() if k != "crc"} == TRUTH
    assert log.parameters.crc_ok is True
    assert log.complete
    assert codes(log) == []


def test_nested_texts_are_flattened() -> None:
    old = '{"module":"WB3S","sw":{"ch":[{"rl":{"pin":{"value":26}}},{"rl":{"pin":{"value":7}}}]}}'
    log = parse_boot_log(f"{HEAD}{STAMP}pConfig = {old}\r\n{TAIL}")
    assert log.parameters.values == {"module": "WB3S", "rl1_pin": 26, "rl2_pin": 7}


def test_the_sdks_own_example_is_left_out() -> None:
    log = parse_boot_log(f"{HEAD}{STAMP}default oem cfg:{{rl1_pin:6,rl1_lv:1,}}\r\n{TAIL}")
    assert log.parameters.values == {}
    assert codes(log) == ["log-default"]


def test_the_block_between_rulers() -> None:
    log = parse_boot_log(boot("config_block"))
    assert log.parameters.values == {
        "module": "CB3S", "jv": "1.0.9", "ch_num": 2, "reset_t": 5, "netled_pin": 10,
        "netled_lv": 0, "nety_led": 0, "netn_led": 1, "rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 11,
        "bt1_lv": 0, "bt1_type": 0, "door1_magt_pin": 9, "door1_magt_lv": 1, "rl2_pin": 14,
        "rl2_lv": 1,
    }  # fmt: skip
    assert log.complete


def test_lines_in_words() -> None:
    log = parse_boot_log(boot("io_lines"))
    assert log.parameters.values == {
        "netled1_pin": 10, "netled1_lv": 0, "rl1_pin": 26, "rl1_lv": 1, "rl2_pin": 14,
        "rl2_lv": 1, "bt1_pin": 11, "bt1_lv": 0, "ch_dpid1": 1, "ch_dpid2": 2,
    }  # fmt: skip
    assert log.complete
    assert log.chip == "BK7231N"


def test_an_old_line_is_a_guess_and_yields_to_anything_else() -> None:
    line = f"{STAMP}key:11, relay:26, led:14\r\n"
    log = parse_boot_log(HEAD + line + TAIL)
    assert log.parameters.values == {"bt1_pin": 11, "rl1_pin": 26, "led1_pin": 14}
    assert not any(source.certain for source in log.sources.values())
    assert codes(log) == ["log-guess"]
    assert "led1_pin" not in parse_boot_log(HEAD + line + key_list() + TAIL).parameters.values


def test_identity_and_addresses() -> None:
    log = parse_boot_log(boot("key_list").encode())
    assert log.firmware is not None
    assert (log.firmware.name, log.firmware.version) == ("oem_bk7231n_lamp_post", "1.2.34")
    assert (log.firmware.sdk, log.firmware.platform) == ("TUYA IOT SDK 2.3.3", "bk7231n")
    assert (log.loader, log.chip, log.kv_address) == ("BK7231N_1.0.1", "BK7231N", 0x1EE000)
    assert log.boots == 1
    assert log.mcu is None


@pytest.mark.parametrize(
    ("line", "name", "version"),
    [
        ("**********[oem_bk7231s_x_ty] [2.0.1] compiled at Jan 16 2020**********\r\n",
         "oem_bk7231s_x_ty", "2.0.1"),
        ("oem_bk7231n_pir_x 1.0.6\r\n", "oem_bk7231n_pir_x", "1.0.6"),
        ("oem_bk7231n_x_ty:1.3.3\tDate:Sep 11 2025\r\n", "oem_bk7231n_x_ty", "1.3.3"),
        ("Maker_smart_meter:2.3.5\r\n", "Maker_smart_meter", "2.3.5"),
        ("ty_component_version:1.0.2\r\n", None, None),
    ],
)  # fmt: skip
def test_names_in_their_many_forms(line: str, name: str | None, version: str | None) -> None:
    log = parse_boot_log(f"[01-01 18:12:15 TUYA Notice][tuya_main.c:311] {line}")
    found = (log.firmware.name, log.firmware.version) if log.firmware else (None, None)
    assert found == (name, version)


@pytest.mark.parametrize(
    ("line", "baud", "evidence"),
    [
        ("read baud rate 9600\r\n", 9600, ("baud",)),
        ("try:9600/3/1/0\r\n", 9600, ("baud",)),
        ("read baud rate 960\r\n0\r\n", None, None),
        ("try:9600/3/1/0\r\nlock baud rate 115200\r\ntry:9600/3/1/0\r\n", 115200, ("baud",)),
        ("ty_uart_common_main_components_version:1.0.9\r\n", None, ("adapter",)),
        ("[UART1/MCU] 55 aa 00 00 00 00 ff 55 aa\r\n", None, ("heartbeat",)),
        ("\x55\xaa\x00\x00\x00\x00\xff", None, ("heartbeat",)),
        ("bk7231t_common_user_config_ty:1.1.71\r\n", None, ("firmware",)),
    ],
)
def test_a_second_controller(line: str, baud: int | None, evidence: tuple[str, ...] | None) -> None:
    mcu = parse_boot_log((STAMP + line).encode("latin-1")).mcu
    found = (mcu.baud, mcu.evidence) if mcu else (None, None)
    assert found == (baud, evidence)


# --- nothing wrong, ever ---------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_no_cut_makes_a_wrong_value(family: str) -> None:
    records = short(family)
    for at in range(len(records) + 1):
        for part in (records[:at], records[at:], records[:at] + TAIL,
                     records[:at] + "\r\n" + TAIL, records[:at] + HEAD):  # fmt: skip
            assert not wrong(values_of(part)), (at, part[-60:])


@pytest.mark.parametrize("family", FAMILIES)
def test_no_other_tasks_message_makes_a_wrong_value(family: str) -> None:
    records = short(family)
    whole = len(values_of(records))
    for noise in NOISE:
        for at in one_in(3, range(len(records) + 1)):
            values = values_of(records[:at] + noise + records[at:])
            assert not wrong(values), (at, records[max(at - 30, 0) : at] + noise)
            if family.startswith("key"):
                assert len(values) >= whole - 2


@settings(max_examples=150)
@given(
    st.permutations(list(FAMILIES)),
    st.lists(st.tuples(st.integers(0, 6000), st.sampled_from(NOISE)), max_size=12),
)
def test_many_messages_make_no_wrong_value(order: list[str], pieces: list[tuple[int, str]]) -> None:
    log = boot(*order[:4])
    for at, noise in sorted(pieces, reverse=True):
        log = log[:at] + noise + log[at:]
    assert not wrong(parse_boot_log(log).parameters.values)


def test_a_record_that_was_broken_into_is_named() -> None:
    broken = key_list().replace(",rl1_pin: is 26 ", ",rl1_pin: is 2fast_connect\r\n6 ")
    log = parse_boot_log(HEAD + broken + TAIL)
    assert "rl1_pin" not in log.parameters.values
    assert log.parameters.values["rl2_pin"] == 14
    assert codes(log) == ["log-cut"]
    assert not log.complete


# --- sources that disagree, several boots ----------------------------------------------------


def test_kinds_of_records_that_disagree() -> None:
    other = uf_string().replace("rl1_pin:26", "rl1_pin:24")
    log = parse_boot_log(HEAD + other + key_list() + TAIL)
    assert log.parameters.values == TRUTH
    assert codes(log) == ["log-cut", "log-conflict"]
    assert "rl1_pin" in log.notices[1].message


def test_one_kind_that_contradicts_itself_is_not_believed() -> None:
    log = parse_boot_log(HEAD + key_list() + f"{STAMP},rl1_pin: is 7 \r\n" + TAIL)
    assert "rl1_pin" not in log.parameters.values
    assert codes(log) == ["log-doubtful"]


def test_a_whole_boot_outranks_a_later_half() -> None:
    half = boot("key_list")[: len(HEAD) + 700]
    log = parse_boot_log(half + boot("key_list") + half)
    assert (log.boots, log.complete) == (3, True)
    assert log.parameters.values == TRUTH
    assert {source.boot for source in log.sources.values()} == {1}
    assert "log-boots-differ" not in codes(log)


def test_boots_that_agree_add_up() -> None:
    records = key_list().splitlines(keepends=True)
    log = parse_boot_log(HEAD + "".join(records[:9]) + HEAD + "".join(records[7:]))
    assert log.parameters.values == TRUTH
    assert log.boots == 2


def test_boots_that_differ_do_not_mix() -> None:
    before = (
        boot("key_list").replace("rl1_pin: is 26", "rl1_pin: is 8") + f"{STAMP},x_pin: is 3 \r\n"
    )
    log = parse_boot_log(before + boot("key_list"))
    assert log.parameters.values == TRUTH
    assert codes(log) == ["log-boots-differ"]


def test_another_firmware_does_not_fill_gaps() -> None:
    other = boot("key_list").replace("lamp_post", "other")
    log = parse_boot_log(other + HEAD + f"{STAMP},rl1_pin: is 26 \r\n{STAMP}mf_init succ\r\n")
    assert log.parameters.values == {"rl1_pin": 26}


# --- terminals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stamp",
    ["[12:34:56.789] ", "12:34:56.789 -> ", "12:34:56:789 ", "[2024-01-31 12:34:56.789] ",
     "(12:34:56.789123) ", "2024-01-31T12:34:56.789Z "],
)  # fmt: skip
def test_terminals_put_times_in_front(stamp: str) -> None:
    lines = boot("uf_string", "key_list", "io_lines").splitlines(keepends=True)
    log = parse_boot_log("".join(stamp + line for line in lines))
    assert log == parse_boot_log("".join(lines))


@pytest.mark.parametrize("end", ["\n", "\r\r\n", "\r"])
def test_line_ends_of_all_kinds(end: str) -> None:
    log = boot("key_list", "io_lines")
    assert parse_boot_log(log.replace("\r\n", end)).parameters == parse_boot_log(log).parameters


def test_colours() -> None:
    coloured = re.sub(r"(\[lr:0x5bec1\]) ", "\x1b[32m\\1 \x1b[0m", boot("key_list"))
    assert parse_boot_log(coloured).parameters.values == TRUTH


def test_utf_16_as_powershell_writes_it() -> None:
    log = boot("key_list")
    assert parse_boot_log(b"\xff\xfe" + log.encode("utf-16-le")) == parse_boot_log(log)


def test_blanks_taken_away_by_an_editor() -> None:
    stripped = "\n".join(line.rstrip() for line in boot("key_list").splitlines()) + "\n"
    assert parse_boot_log(stripped).parameters.values == TRUTH
    one = f"{STAMP},rl1_pin: is 2\nfoo\n"
    assert parse_boot_log(HEAD + one + TAIL).parameters.values == {}


def test_a_wrong_baud_rate_is_named() -> None:
    noise = bytes(range(128, 256)) * 4
    assert codes(parse_boot_log(noise)) == ["log-garbled"]
    log = parse_boot_log(noise[:100] + boot("key_list").encode())
    assert log.parameters.values == TRUTH


def test_of_a_huge_log_the_end_is_read() -> None:
    log = parse_boot_log(b"x" * (4 << 20) + boot("key_list").encode())
    assert log.parameters.values == TRUTH
    assert codes(log) == ["log-limit"]


# --- a log as it comes in --------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 7, 64, 100_000])
def test_a_reader_knows_when_the_pins_are_complete(step: int) -> None:
    whole = boot("key_list").encode()
    reader = BootLogReader()
    first = None
    for at in range(0, len(whole), step):
        reader.feed(whole[at : at + step])
        if reader.pins_complete and first is None:
            first = min(at + step, len(whole))
    assert first is not None
    assert parse_boot_log(whole[:first]).parameters.values == TRUTH
    assert first >= whole.index(b"key_addr")
    assert reader.text == whole


def test_a_pause_for_other_tasks_is_not_the_end_of_a_list() -> None:
    half, rest = key_list()[:600], key_list()[600:]
    reader = BootLogReader()
    reader.feed((HEAD + half + NOISE[0] + NOISE[5] * 3 + "ble mac\r\n").encode())
    assert not reader.pins_complete
    reader.feed((rest + NOISE[5] * 8).encode())
    assert not reader.pins_complete
    reader.feed(NOISE[5].encode())
    assert reader.pins_complete


@pytest.mark.parametrize("family", ["uf_string", "p_config"])
def test_cut_texts_are_never_complete(family: str) -> None:
    reader = BootLogReader()
    reader.feed(boot(family).encode())
    assert not reader.pins_complete


def test_a_broken_list_is_complete_only_after_the_next_boot() -> None:
    reader = BootLogReader()
    reader.feed(boot("key_list").replace("is 26 ", "is 2x\r\n6 ").encode())
    assert not reader.pins_complete
    reader.feed(boot("key_list").encode())
    assert reader.pins_complete


def test_a_reader_keeps_a_bounded_part() -> None:
    reader = BootLogReader()
    for _ in range(9):
        reader.feed(b"y" * (1 << 20))
    assert len(reader.text) == 4 << 20


# --- any bytes -------------------------------------------------------------------------------

GARBAGE = st.binary(max_size=400) | st.lists(
    st.sampled_from([
        *'{},:[]"0123456789abc_ \n\r\t-./',
        ",rl1_pin: is ", "pBuf:", "pConfig = ", "uf read string is ,", STAMP, "ssid:", "0x1 ",
        "Sub ch[", "V:BK7231N_1.0.1\n", "mqc app init", "key_addr: ", "\x1b[0m", "rl1_pin:2",
    ]),
    max_size=80,
).map(lambda pieces: "".join(pieces).encode())  # fmt: skip


@settings(max_examples=300)
@given(GARBAGE)
def test_any_bytes_give_a_log(raw: bytes) -> None:
    log = parse_boot_log(raw)
    assert isinstance(log, BootLog)
    assert parse_boot_log(raw) == log
    reader = BootLogReader()
    reader.feed(raw)
    assert reader.text == raw


@settings(max_examples=100)
@given(st.data())
def test_mutated_logs_give_a_log(data: st.DataObject) -> None:
    raw = bytearray(boot("p_buf", "key_list").encode())
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(parse_boot_log(bytes(raw)), BootLog)


HOSTILE = [
    "pBuf:", "pBuf:{a:", "{", "pConfig = {[", ",a: is ", ",rl1_pin: is 24 \n", "0x1 ", "55 aa ",
    "ssid:", 'uuid:"', "a", "1a", "aA1", "V:BK7231N_1.0.1\n", "[01-01 18:12:15 TUYA N][", "-",
    "Sub ch[", "  ", "\r", "\x1b[", "pBuf:,a:1,b:2,", "12:34:56.7 ", "mqc app init", " key:", "\n",
    "ab:", "passwd:", "< TUYA IOT SDK V:", "BUILD AT:", "][", "IO - relay[0]:\t", "ssid:key: ",
]  # fmt: skip


@pytest.mark.parametrize("piece", one_in(4, HOSTILE))
def test_time_is_linear(piece: str) -> None:
    def seconds(size: int) -> float:
        log = piece * (size // len(piece))
        start = time.process_time()
        parse_boot_log(log)
        return time.process_time() - start

    seconds(1000)
    small, large = seconds(40_000), seconds(320_000)
    assert large < 0.5 + 24 * small
