"""Which chip it is: each clue alone, clues against each other, and the chips of real dumps."""

import pytest

from analyses import real
from bekenlab.analysis.identify import ChipVerdict, Clue, decide_chip, weigh
from bekenlab.chips import chips, module_chip
from bekenlab.image import read_image
from bekenlab.samples import build_sample
from bekenlab.tuya.firmware import Firmware, FirmwareKind
from shared import dump_names

NOTHING = read_image(b"")
UNKNOWN = Firmware(FirmwareKind.OTHER)


def test_without_a_clue_no_chip_is_claimed() -> None:
    assert decide_chip(NOTHING, UNKNOWN, None, None) == ChipVerdict(None, ())


@pytest.mark.parametrize(
    ("name", "chip"), [("OpenBK7231N", "BK7231N"), ("OpenBK7238", "BK7238"), ("OpenXYZ", None)]
)
def test_openbeken_names_its_chip(name: str, chip: str | None) -> None:
    firmware = Firmware(FirmwareKind.OPENBEKEN, name)
    assert decide_chip(NOTHING, firmware, None, None).name == chip


def test_every_environment_of_the_catalogue_names_its_chip() -> None:
    rows = [(chip.name, environment) for chip in chips() for environment in chip.environments]
    assert len(rows) >= 8
    for name, environment in rows:
        verdict = decide_chip(NOTHING, UNKNOWN, environment, None)
        assert verdict == ChipVerdict(name, (f"storage says em_sys_env is {environment}",))


def test_the_platform_an_sdk_was_built_for_names_the_chip() -> None:
    firmware = Firmware(FirmwareKind.TUYA, platform="bk7231t")
    verdict = decide_chip(NOTHING, firmware, None, None)
    assert verdict == ChipVerdict("BK7231T", ("firmware was built for bk7231t",))


@pytest.mark.parametrize("module", ["CB2S", "WB3S", "T1-2S"])
def test_a_module_names_its_chip(module: str) -> None:
    verdict = decide_chip(NOTHING, UNKNOWN, None, module)
    assert verdict.name == module_chip(module)
    assert verdict.name is not None
    assert module in verdict.evidence[0]


def test_unknown_names_are_no_clue() -> None:
    firmware = Firmware(FirmwareKind.TUYA, platform="esp32")
    assert decide_chip(NOTHING, firmware, "rtl8710", "ESP-12E") == ChipVerdict(None, ())


def test_the_flash_itself_gives_clues() -> None:
    evidence = " ".join(decide_chip(read_image(build_sample()), UNKNOWN, None, None).evidence)
    assert "download partition at 0x12a000" in evidence
    assert "RF calibration at 0x1d0000" in evidence
    assert "encrypted with Tuya's key" in evidence


def test_a_chip_that_is_named_outweighs_what_several_share() -> None:
    shared = [Clue(("BK7231N", "BK7231M"), 2, "one"), Clue(("BK7231N",), 2, "two")]
    named = Clue(("BK7231T",), 5, "named")
    assert weigh([*shared, named]) == ChipVerdict("BK7231T", ("named",))


def test_what_the_device_stored_outweighs_the_module_named_in_a_configuration() -> None:
    """A configuration is copied between devices; ``em_sys_env`` and the app are not."""
    assert decide_chip(NOTHING, UNKNOWN, "bk7231s_2m", "CB2S").name == "BK7231T"
    built = Firmware(FirmwareKind.TUYA, platform="bk7231t")
    assert decide_chip(NOTHING, built, None, "CB2S").name == "BK7231T"


def test_clues_for_one_chip_add_up() -> None:
    clues = [Clue(("BK7231N",), 6, "a"), Clue(("BK7231T",), 5, "b"), Clue(("BK7231T",), 2, "c")]
    assert weigh(clues) == ChipVerdict("BK7231T", ("b", "c"))


def test_among_equals_the_commoner_chip_is_chosen_whatever_the_order() -> None:
    for names in (("BK7231U", "BK7231N", "BK7231T"), ("BK7231N", "BK7231T", "BK7231U")):
        assert weigh([Clue(names, 2, "shared")]).name == "BK7231N"
    assert weigh([Clue(("BL2028N", "BK7252"), 2, "shared")]).name == "BK7252"


def test_evidence_is_listed_strongest_first() -> None:
    clues = [Clue(("BK7231N",), weight, str(weight)) for weight in (2, 9, 5)]
    assert weigh(clues).evidence == ("9", "5", "2")


@pytest.mark.parametrize("name", dump_names())
def test_a_real_dump_named_after_its_chip_is_of_that_chip(name: str) -> None:
    prefix = name.removeprefix("open").split("-")[0].upper()
    if prefix in {chip.name for chip in chips()}:
        assert real(name).chip.name == prefix
    assert real(name).chip.evidence
