"""Analyses of real dumps, the sample and made-up devices, for the tests of jobs and reports."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.model import Analysis
from bekenlab.samples import SAMPLE_NAME, build_sample
from bekenlab.tuya.storage.encode import encode_protected, encode_storage
from shared import dump

KEY = bytes(range(100, 116))
STORAGE = 0x1EE000
PROTECTED = 0x1ED000
OEM_CFG = 0x1D4000


def study(data: bytes, name: str = "dump.bin", boot: BootMode = BootMode.NEVER) -> Analysis:
    """What the bytes say by themselves; booting them has tests of its own."""
    return analyze(InputFile(name, Path(name), data), boot=boot)


@cache
def real(name: str) -> Analysis:
    """A real dump, analysed once a process."""
    return study(dump(name), f"{name}.bin")


@cache
def sample() -> Analysis:
    return study(build_sample(), SAMPLE_NAME)


def codes(analysis: Analysis) -> list[str]:
    return [notice.code for notice in analysis.notices]


def with_regions(regions: Mapping[int, bytes]) -> bytes:
    """The sample with other content at these addresses, and nothing of its own from Tuya."""
    data = bytearray(build_sample())
    data[OEM_CFG : OEM_CFG + 0x1000] = b"\xff" * 0x1000
    data[PROTECTED:] = b"\xff" * (len(data) - PROTECTED)
    for address, content in regions.items():
        data[address : address + len(content)] = content
    return bytes(data)


def storage(**values: bytes) -> dict[int, bytes]:
    return {STORAGE: encode_storage(values or {"gw_bi": b"{}"}, inner_key=KEY)}


def protected(**values: bytes) -> dict[int, bytes]:
    return {PROTECTED: encode_protected(values, inner_key=KEY)}


def oem_cfg(text: bytes) -> dict[int, bytes]:
    return {OEM_CFG: text}
