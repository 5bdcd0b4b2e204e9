"""Names of what is secret: what each one means, and what only sounds like it."""

import pytest

from bekenlab.secrecy.names import command_kind, is_public, is_secret_name, named_kind, secret_kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mac", "mac"),
        ("Wifi_MAC", "mac"),
        ("mqtt_password", "mqtt-password"),
        ("web_pwd", "web-password"),
        ("ssid", "wifi-name"),
        ("PassWord", "wifi-password"),
        ("pass1", "wifi-password"),
        ("uuid2", "uuid"),
        ("devid", "device-id"),
        ("user_token", "token"),
        ("local_key", "key"),
        ("wifi_psk", "key"),
        ("seed", "key"),
    ],
)
def test_a_name_says_what_is_secret(name: str, kind: str) -> None:
    assert named_kind(name) == secret_kind(name) == kind
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["product_key", "ap_ssid", "bt1_key_pin", "ssid_num", "machine", "passive", "monkey2"]
)
def test_names_that_only_sound_secret(name: str) -> None:
    assert named_kind(name) is None
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("id", "device-id"),
        ("ap_name", "wifi-name"),
        ("PIN", "pin"),
        ("rcs.active", "key"),
        ("bt_hid", "key"),
        ("wf_pt", "wifi-network"),
        ("sessions", "token"),
        ("something", "other"),
    ],
)
def test_ordinary_words_are_secret_in_a_value_hidden_as_a_whole_only(name: str, kind: str) -> None:
    assert secret_kind(name) == kind
    assert named_kind(name) is None


def test_the_first_row_that_fits_decides() -> None:
    assert named_kind("mqtt_user_password") == "mqtt-password"
    assert named_kind("web_password") == "web-password"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Password1", "wifi-password"),
        ("WIFI_SSID", "wifi-name"),
        ("SetWeb_Password", "web-password"),
        ("MqttClient", "device-name"),
        ("mqtthost", "mqtt-host"),
        ("backlog", None),
        ("setChannel", None),
    ],
)
def test_commands_that_take_a_secret(name: str, kind: str | None) -> None:
    assert command_kind(name) == kind


def test_tuyas_own_test_network_is_public() -> None:
    assert is_public("TUYA_mdev_test1")
    assert not is_public("my tuya_mdev_test")
    assert not is_public("")
