"""What a review found once: kept from coming back."""

import json

import pytest

from analyses import codes, study
from bekenlab.report.json_report import to_json
from bekenlab.report.summary import summary_line
from bekenlab.samples import build_sample

SECRETS = {"ssid": "HomeNetwork", "passwd": "hunter2secret", "auth_key": "k" * 32, "uuid": "u" * 16}


def test_a_pin_key_with_an_object_for_a_value_is_listed() -> None:
    text = '{"rl1_pin":26,"x_pin":{"a":1},"bt1_pin":{},"module":"CB2S"}'
    pins = study(text.encode()).pins
    assert {"x_pin", "bt1_pin"} <= {key.key for key in pins.not_understood} | {
        word for note in pins.notes for word in note.replace(":", " ").split()
    }


def test_what_people_paste_beside_the_pins_stays_hidden() -> None:
    text = json.dumps({"rl1_pin": 26, "deep": SECRETS, "odd_pin": "hunter2secret", **SECRETS})
    analysis = study(text.encode())
    shown = json.dumps(to_json(analysis)) + analysis.description
    assert not [secret for secret in SECRETS.values() if secret in shown]
    everything = json.dumps(to_json(analysis, show_secrets=True))
    assert all(secret in everything for secret in SECRETS.values())


def test_a_configuration_is_found_inside_other_json() -> None:
    text = '{"device":{"name":"plug","user_param_key":"{rl1_pin:26,rl1_lv:0,bt1_pin:10}"}}'
    assert {pin.gpio for pin in study(text.encode()).pins.pins} == {10, 26}


@pytest.mark.parametrize("text", ['{"a":{"b":1}}', "{crc_of_nothing", "[]", "notes about {a plug}"])
def test_a_text_without_configuration_is_not_a_dump(text: str) -> None:
    analysis = study(text.encode())
    assert analysis.problem is not None
    assert analysis.problem.code == "not-a-dump"
    assert not analysis.tuya.statements


def test_two_dumps_in_one_file_are_reported_and_the_first_is_described() -> None:
    other = bytearray(build_sample())
    other[0x1D0000:0x1D1000] = other[0x1D0000:0x1D1000].replace(b"\x02\xbe\x4e", b"\x02\x11\x22")
    analysis = study(build_sample() + bytes(other))
    assert "larger-than-flash" in codes(analysis)
    assert to_json(analysis)["image"]["mac"] == "02:be:4e:xx:xx:xx"


def test_a_latching_relay_driven_low_is_warned_of() -> None:
    low = study(b"{rl_on1_pin:6,rl_on1_lv:0,rl_off1_pin:7,rl_off1_lv:0,module:CB2S}")
    high = study(b"{rl_on1_pin:6,rl_on1_lv:1,rl_off1_pin:7,rl_off1_lv:1,module:CB2S}")
    assert "level-not-expressible" in codes(low)
    assert "level-not-expressible" not in codes(high)


def test_bridges_share_one_pulse_length() -> None:
    text = "{rl_on1_pin:6,rl_off1_pin:7,rl_on2_pin:8,rl_off2_pin:9,rl1_drvtime:50,rl2_drvtime:80}"
    commands = study(text.encode()).pins.commands
    assert [line for line in commands if line.startswith("Bridge")] == ["BridgePulseLength 80"]


def test_a_file_name_cannot_break_the_summary_into_lines() -> None:
    assert "\n" not in summary_line(study(build_sample(), "a\nb.bin"))
