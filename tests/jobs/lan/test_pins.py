"""What a device's pins do, by its own names."""

from __future__ import annotations

import pytest

from bekenlab.errors import UnsupportedError
from bekenlab.jobs.lan.losses import losses
from bekenlab.jobs.lan.pins import chip_of, read_pins, role_name, role_number
from bekenlab.lan.replies import DeviceInfo
from bekenlab.openbeken.settings import PinSetting
from lan.devices import client
from lan.fake import FakeDevice


def test_roles_are_called_as_the_device_calls_their_numbers() -> None:
    """The numbers of newer roles depend on the build; here 3 and 4 have changed places."""
    with FakeDevice() as fake:
        names = fake.firmware.role_names
        names[3], names[4], names[98] = names[4], names[3], "Quantum"
        fake.firmware.set_pin(10, role=3, channel=1, channel2=2)
        fake.firmware.set_pin(26, role=98)
        report = read_pins(client(fake))
    assert report.count == 29
    assert [pin.setting for pin in report.pins] == [
        PinSetting(10, "Btn_n", 1, 2),
        PinSetting(26, "Quantum", 0, 0),
    ]


def test_numbers_and_names_of_roles_lead_to_each_other() -> None:
    names = (" ", "Rel", "wifiled_n", "")
    assert [role_name(names, n) for n in range(6)] == [
        "None",
        "Rel",
        "WifiLED_n",
        "#3",
        "#4",
        "#5",
    ]
    assert [role_number(names, name) for name in ("None", "rel", "WifiLED_n", "Btn")] == [
        0,
        1,
        2,
        None,
    ]


def test_a_device_with_another_chip_is_said_to_have_one() -> None:
    assert chip_of(DeviceInfo("b", "BK7231T")).name == "BK7231T"
    with pytest.raises(UnsupportedError, match="ESP8266"):
        chip_of(DeviceInfo("b", "ESP8266"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Power TOGGLE", []),
        ("clearConfig", ["all settings"]),
        ("backlog Power ON; CLEARIO; lfs_format 0x8000", ["pins", "files"]),
        ("backlog backlog clearIO", ["pins"]),
        ("backlog " * 10_000 + "Power ON; backlog\tclearIO;" * 1000, ["pins"]),
        ("backlog", []),
        ("", []),
    ],
)
def test_commands_that_lose_something_are_known(text: str, words: list[str]) -> None:
    found = losses(text)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))
