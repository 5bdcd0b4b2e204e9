"""Boot logs of devices that do not exist, in the formats of real ones."""

from collections.abc import Mapping

STAMP = "[01-01 18:12:15 TUYA N][lr:0x5bec1] "
TRUTH: dict[str, int | str] = {
    "rl1_lv": 1, "bt_type": 0, "rl1_pin": 26, "jv": "1.0.9", "netled1_lv": 0,
    "netled1_pin": 10, "rl2_pin": 14, "rl2_lv": 1, "bt1_pin": 11, "bt1_lv": 0, "reset_t": 5,
    "module": "CB3S", "total_bt_pin": 23, "ch_num": 2, "ch_dpid1": 1, "ch_dpid2": 2,
    "net_trig": 2, "vi_pin": 7, "ele_pin": 8, "netn_led": 1, "nety_led": 0, "total_stat": 2,
}  # fmt: skip
KEY = "0x1a 0x2b 0x3c 0x4 0xde 0xad 0xbe 0xef 0x12 0x34 0x56 0x78 0x9a 0xbc 0xd 0xf0"
HEAD = (
    "V:BK7231N_1.0.1\r\nREG:cpsr     spsr     r13\r\nJ 0x10000\r\n"
    "bk_misc_init_start_type 0 0\r\nprvHeapInit-start addr:0x4113d0, size:126000\r\n"
    "[01-01 18:12:15 TUYA I][lr:0xa5969] mqc app init ...\r\n"
    "[01-01 18:12:15 TUYA N][lr:0x5d093] < TUYA IOT SDK V:2.3.3 BS:40.00_PT:2.2_LAN:3.4 >\r\n"
    "< BUILD AT:2022_12_22_14_55_08 BY ci_manage FOR ty_iot_sdk AT bk7231n >\r\n"
    "IOT DEFS < WIFI_GW:1 DEBUG:1 KV_FI"
    "[01-01 18:12:15 TUYA N][lr:0x5d09d] oem_bk7231n_lamp_post:1.2.34\r\n"
)
TAIL = (
    f"{STAMP}key_addr: 0x1ee000   block_sz 4096\r\n{STAMP}get key:\r\n{KEY} \r\n"
    f"{STAMP}mf_init succ\r\n"
)


def text(values: Mapping[str, int | str] = TRUTH) -> str:
    """Tuya's own form, without a checksum."""
    return "{" + "".join(f"{name}:{value}," for name, value in values.items()) + "}"


def key_list() -> str:
    return "".join(f"{STAMP},{name}: is {value} \r\n" for name, value in TRUTH.items())


def key_length() -> str:
    rows = (f"{STAMP},{k}: -- {len(str(v))} -- {v}\r\n" for k, v in TRUTH.items())
    return "".join(rows) + f"{STAMP},led1_pin: -- -1 -- \r\n"


def key_columns() -> str:
    rows = (
        f"{STAMP}key:,{k}:       value:{v}        len:{len(str(v))}\r\n" for k, v in TRUTH.items()
    )
    return "".join(rows)


def uf_string(limit: int = 230) -> str:
    return f"uf read string is ,{text()[1:]}"[:limit]


def p_config(limit: int = 180) -> str:
    return f"{STAMP}pConfig = {text()}"[:limit]


def p_buf() -> str:
    whole = text()
    return f"{STAMP}pBuf:{whole[:150]}{STAMP}pBuf:{whole[97:260]}"


def config_block() -> str:
    ruler = f"{STAMP}---------CONFIG INFORMATIONS-----------\r\n"
    return (
        f"{ruler}{STAMP}SizeofJsonTable:224,Module:CB3S,JsonVer:1.0.9,ChNum:2 \r\n"
        f"{STAMP}Reset_t:5,wf_mode:1,led[10-0],net[0-1]\r\n"
        f"{STAMP}Sub ch[0]:led[  0-  0],rly[ 26-  1],bt[ 11-  0-  0]\r\n"
        f"{STAMP}Sub ch[0]:input_mag[  9-  1]\r\n"
        f"{STAMP}Sub ch[1]:led[255-  0],rly[ 14-  1],bt[  0-  0-  0]\r\n"
        f"{ruler}\r\n"
    )


def io_lines() -> str:
    return (
        f"{STAMP}IO - wifi_stat:\tpin-10\ttype low\r\n{STAMP}IO - relay[0]:\tpin-26\ttype high\r\n"
        f"{STAMP}IO - relay[1]:\tpin-14\ttype high\r\n{STAMP}IO - button[0]:\tpin-11\ttype low\r\n"
        f"{STAMP}CH[0],    DPID[1]\r\n{STAMP}CH[1],    DPID[2]\r\n"
    )


# Values the block families call by their own names.
EXTRA: dict[str, int | str] = {
    "netled_pin": 10, "netled_lv": 0, "door1_magt_pin": 9, "door1_magt_lv": 1, "bt1_type": 0,
    "netled1_pin": 10, "netled1_lv": 0, "led1_pin": 14,
}  # fmt: skip
FAMILIES = {
    "key_list": key_list(),
    "key_length": key_length(),
    "key_columns": key_columns(),
    "uf_string": uf_string(),
    "p_config": p_config(),
    "p_buf": p_buf(),
    "config_block": config_block(),
    "io_lines": io_lines(),
}


def boot(*families: str) -> str:
    """A whole boot that prints its configuration in these families."""
    return HEAD + "".join(FAMILIES[family] for family in families) + TAIL
