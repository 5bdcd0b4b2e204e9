from pathlib import Path

import pytest

from bekenlab.chips import (
    APP_START,
    SECTOR,
    CodeEncryption,
    CrcEnd,
    LoaderKind,
    Region,
    chip,
    chip_for_environment,
    chips,
    download_protocol,
    find_chip,
    flash_part,
    package,
    packages,
    usual_chip,
)
from bekenlab.errors import ExitCode, UnsupportedError
from shared import dump

NAMES = [chip.name for chip in chips()]
# BK7231Q has no OpenBeken; on BL2028N its place lies inside the maker's download area.
NO_CONFIG_REGION = {"BK7231Q", "BL2028N"}


def regions(name: str) -> dict[str, Region]:
    return {region.name: region for region in chip(name).flash_map}


def test_all_chips_are_there() -> None:
    assert NAMES == [
        "BK7231M",
        "BK7231N",
        "BK7231Q",
        "BK7231T",
        "BK7231U",
        "BK7238",
        "BK7252",
        "BK7252N",
        "BL2028N",
    ]


def test_no_two_chips_share_a_name_or_environment() -> None:
    names = [name.upper() for chip in chips() for name in (chip.name, *chip.aliases)]
    environments = [environment for chip in chips() for environment in chip.environments]
    assert len(names) == len(set(names))
    assert len(environments) == len(set(environments))
    assert all(environment == environment.lower() for environment in environments)


def test_only_chips_of_one_silicon_share_an_id() -> None:
    by_id: dict[int | None, set[str]] = {}
    for each in chips():
        by_id.setdefault(each.chip_id, set()).add(each.name)
    shared_ids = [names for names in by_id.values() if len(names) > 1]
    assert shared_ids == [{"BK7231M", "BK7231N", "BL2028N"}]


@pytest.mark.parametrize("name", NAMES)
def test_regions_are_whole_sectors_in_order_inside_the_flash(name: str) -> None:
    end = 0
    for region in chip(name).flash_map:
        assert region.start >= end, f"{region.name} overlaps the region before it"
        assert region.size > 0
        assert region.start % SECTOR == 0
        assert region.end % SECTOR == 0
        end = region.end
    assert end <= chip(name).flash_size
    assert chip(name).flash_size % SECTOR == 0


@pytest.mark.parametrize("name", NAMES)
def test_region_names_are_unique_and_protected_ones_exist(name: str) -> None:
    names = [region.name for region in chip(name).flash_map]
    assert len(names) == len(set(names))
    assert set(chip(name).protected) <= set(names)
    assert {"bootloader", "rf"} <= set(chip(name).protected)
    assert {"bootloader", "app", "download", "rf"} <= set(names)


@pytest.mark.parametrize("name", NAMES)
def test_addresses_agree_with_the_regions_of_the_same_name(name: str) -> None:
    facts, found = chip(name), regions(name)
    assert found["bootloader"].start == 0
    assert found["app"].start == found["bootloader"].end == APP_START == 0x11000
    assert facts.rf_address == found["rf"].start
    assert found["rf"].size == SECTOR == 0x1000
    assert facts.download_address == found["download"].start
    assert facts.region("app") == found["app"]
    assert facts.region("no such region") is None
    if name not in NO_CONFIG_REGION:
        assert facts.config_address == found["config"].start
    assert ("storage" in found) == (name != "BL2028N")  # not seen with Tuya firmware
    assert facts.config_address % SECTOR == 0
    assert facts.config_address < facts.flash_size


@pytest.mark.parametrize("name", NAMES)
def test_pins_are_within_the_package(name: str) -> None:
    facts = chip(name)
    assert list(facts.gpios) == sorted(set(facts.gpios))
    assert set(facts.gpios) <= set(range(40))
    assert set(facts.pwm_gpios) <= set(facts.gpios)
    assert set(facts.pwm_gpios.values()) <= set(range(6))
    assert len(facts.pwm_gpios.values()) == len(set(facts.pwm_gpios.values()))
    if facts.package:
        assert package(facts.package).gpios == set(facts.gpios)


@pytest.mark.parametrize("name", NAMES)
def test_package_functions_agree_with_the_chip(name: str) -> None:
    facts = chip(name)
    if not facts.package:
        pytest.skip("package not known")
    for pad in package(facts.package).pads:
        for function in pad.functions:
            if pad.gpio is not None and function.startswith("PWM"):
                assert facts.pwm_gpios[pad.gpio] == int(function.removeprefix("PWM"))


@pytest.mark.parametrize("name", NAMES)
def test_every_chip_names_its_sources(name: str) -> None:
    assert all(chip(name).sources)


def test_only_loaders_in_flash_count_the_end_of_a_crc_exclusively() -> None:
    exclusive = {chip.name for chip in chips() if chip.protocol.crc_end is CrcEnd.EXCLUSIVE}
    assert exclusive == {"BK7231T", "BK7231U", "BK7231Q", "BK7252"}
    assert exclusive == {chip.name for chip in chips() if chip.protocol.in_flash}


def test_only_tuyas_loader_is_asked_for_its_version() -> None:
    """bk7231tools lists the others' as loaders without that command, some fall silent over it."""
    assert {chip.name for chip in chips() if chip.protocol.says_version} == {"BK7231T"}


@pytest.mark.parametrize("kind", LoaderKind)
def test_what_a_loader_knows_fits_where_it_is(kind: LoaderKind) -> None:
    protocol = download_protocol(kind)
    assert protocol.kind is kind
    assert (protocol.registers is None) == protocol.in_flash
    assert protocol.alias_below == (APP_START if protocol.in_flash else 0)
    assert protocol.locks_after_crc == protocol.in_flash
    assert protocol.crc_length == (256 if protocol.in_flash else 257)


@pytest.mark.parametrize("name", NAMES)
def test_the_usual_flash_part_is_known_where_a_host_can_ask_for_it(name: str) -> None:
    facts = chip(name)
    assert (facts.flash_part is None) == (facts.protocol.registers is None)
    part = flash_part(facts.flash_part) if facts.flash_part else None
    assert part is None or part.size == facts.flash_size


def test_every_chip_has_a_rank_of_its_own() -> None:
    assert sorted(chip.rank for chip in chips()) == list(range(1, len(NAMES) + 1))
    assert usual_chip().name == "BK7231N"


def test_only_tuyas_own_chips_are_encrypted() -> None:
    encrypted = {chip.name for chip in chips() if chip.encryption is CodeEncryption.TUYA_KEY}
    assert encrypted == {"BK7231N", "BK7231T"}


@pytest.mark.parametrize(
    ("name", "rf", "config", "download", "storage"),
    [
        ("BK7231N", 0x1D0000, 0x1D1000, 0x12A000, 0x1EE000),
        ("BK7231M", 0x1D0000, 0x1D1000, 0x12A000, 0x1EE000),
        ("BK7231T", 0x1E0000, 0x1E1000, 0x132000, 0x1EE000),
        ("BK7231U", 0x1E0000, 0x1E1000, 0x132000, 0x1EE000),
        ("BK7231Q", 0x1E0000, 0x1E1000, 0x132000, 0x1EB000),
        ("BK7238", 0x1E0000, 0x1E1000, 0x132000, 0x1F5000),
        ("BK7252", 0x1E0000, 0x1E1000, 0x132000, 0x397000),
        ("BL2028N", 0x1E0000, 0x1D1000, 0x132000, None),
    ],
)
def test_addresses(name: str, rf: int, config: int, download: int, storage: int | None) -> None:
    facts = chip(name)
    assert facts.rf_address == rf
    assert facts.config_address == config
    assert facts.download_address == download
    found = facts.region("storage")
    assert (found and found.start) == storage


@pytest.mark.parametrize(
    ("name", "dump_name"),
    [
        ("BK7231N", "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"),
        ("BK7231T", "bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8"),
        ("BK7231Q", "bk7231q-tuya-moes-relay-wa2-1.1.3"),
        ("BL2028N", "bl2028n-dreo-dr-htf004s-fan-pai-053"),
    ],
)
def test_rf_data_is_where_the_chip_says(name: str, dump_name: str) -> None:
    data = dump(dump_name)
    assert len(data) == chip(name).flash_size
    assert data[chip(name).rf_address :].startswith(b"TLV\0")


@pytest.mark.parametrize("name", ["bk7231n", " BK7231N ", "t34", "T2", "Bk7231nL"])
def test_a_chip_is_found_by_any_spelling_of_its_names(name: str) -> None:
    assert chip(name).name == "BK7231N"


def test_an_unknown_chip_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UnsupportedError) as caught:
        chip("ESP9999")
    assert "ESP9999" in caught.value.message
    assert all(name in caught.value.hint for name in NAMES)
    assert caught.value.facts == {"name": "ESP9999"}
    assert caught.value.exit_code is ExitCode.UNSUPPORTED
    assert find_chip("ESP8266") is None
    assert find_chip("") is None


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ("bk7231n", "BK7231N"),
        ("BK7231NL", "BK7231N"),
        ("t2", "BK7231N"),
        ("BK7231S_2M", "BK7231T"),
        ("bk7231t\0", "BK7231T"),
        ("bk7231", "BK7231Q"),
        ("T1", "BK7238"),
        ("bk7238", "BK7238"),
    ],
)
def test_the_environment_tells_the_chip(environment: str, name: str) -> None:
    found = chip_for_environment(environment)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("environment", ["", "rtl8720cf_ameba", "ln882h", "T3", "esp8266"])
def test_other_makers_environments_are_no_chip_of_ours(environment: str) -> None:
    assert chip_for_environment(environment) is None


def test_lookups_are_read_once() -> None:
    assert chips() is chips()
    assert chip("BK7231N") is chip("t2")


def test_packages_are_listed_once_and_unknown_ones_are_an_error() -> None:
    keys = [found.key for found in packages()]
    assert len(keys) == len(set(keys))
    assert {found.chip for found in packages()} <= set(NAMES)
    with pytest.raises(UnsupportedError) as caught:
        package("")
    assert all(key in caught.value.hint for key in keys)


@pytest.mark.parametrize(
    ("key", "cen", "rx1", "tx1", "rx2", "tx2"),
    [
        ("qfn32", 21, 26, 27, 28, 29),
        ("qfn32-bk7238", 11, 28, 29, 30, 31),
        ("qfn40-bk7231q", 37, 25, 26, 27, 28),
        ("qfn40-bk7231u", 31, 34, 35, 36, 37),
        ("qfn68-bk7252", 43, 62, 63, 64, 65),
    ],
)
def test_the_pins_one_solders_to(
    key: str, cen: int, rx1: int, tx1: int, rx2: int, tx2: int
) -> None:
    pins = {function: pad.name for pad in package(key).pads for function in pad.functions}
    wanted = {"CEN": cen, "UART1_RX": rx1, "UART1_TX": tx1, "UART2_RX": rx2, "UART2_TX": tx2}
    assert {function: int(pins[function]) for function in wanted} == wanted
    assert all(int(pad.name) == pad.ic_pin for pad in package(key).pads)


def test_the_page_on_chips_lists_each_with_its_addresses() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "chips.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = {line.split("|")[1].strip(): line for line in lines if line.count("|") == 13}
    assert [name for name in rows if name.startswith("B")] == NAMES
    for each in chips():
        storage = each.region("storage")
        facts = (each.rf_address, each.config_address, each.download_address)
        assert [f"0x{fact:X}" for fact in facts] + [f"0x{storage.start:X}" if storage else "-"] == [
            cell.strip() for cell in rows[each.name].split("|")[6:10]
        ]
        assert f"| {each.protocol.crc_end} |" in rows[each.name]
