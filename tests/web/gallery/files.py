"""Files in the states that pages have something to say about."""

import lzma
from itertools import chain

from bekenlab.samples import build_sample
from shared import ROOT, dump

SECTOR = 0x1000
LOADER = 0x11000
RF = 0x1D0000


def truncated() -> bytes:
    """A dump whose reading stopped after 1 MiB."""
    return build_sample()[: 1 << 20]


def damaged() -> bytes:
    """A dump with one byte of its code changed."""
    found = bytearray(build_sample())
    found[0x11010] ^= 0x55
    return bytes(found)


def without(start: int, end: int) -> bytes:
    """A dump in which a part was erased."""
    found = bytearray(build_sample())
    found[start:end] = b"\xff" * (end - start)
    return bytes(found)


REAL = {
    "lamp": "bk7231n-tuya-gleco-bulb-5ch-pwm-5000hz-cb2l-1.5.21",
    "lamp-driver": "feconn-fe-mr16-5w-gu5.3-rgbct-bulb",
    "plug": "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17",
    "tuyamcu": "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28",
    "thermostat": "bk7231n-tuya-beok-tol47wifi-thermostat-tuyamcu-tuyaos-3.11.12",
    "openbeken": "openbk7231n-qio-1.18.300",
    "openbeken-7238": "openbk7238-qio-1.18.300",
    "no-pins": "bk7231n-tuya-zmai90-rn8209c-energymeter",
    "foreign": "bl2028n-dreo-dr-htf004s-fan-pai-053",
    "default-only": "daybetter-flsl501115wifity-rgb-led-strip",
    "partial": "bk7231t-tuyaconfig-pc44ha",
    "rotated": "led-moon-18w-cct-kobi",
    "psm": "bk7231q-tuya-moes-relay-wa2-1.1.3",
    "clone": "bk7231n-lspa9-clone-first-bydarkman-topic3887748",
}


def broken() -> dict[str, bytes]:
    """Dumps that lack something or are damaged, by name of state."""
    return {
        "truncated": truncated(),
        "damaged": damaged(),
        "no-loader": without(0, LOADER),
        "no-rf": without(RF, RF + SECTOR),
        "no-app": without(LOADER, 0x12A000),
        "blank-storage": without(0x1D1000, 0x200000),
    }


def real() -> dict[str, bytes]:
    """Real dumps and images, by name of state."""
    found = {name: dump(file) for name, file in REAL.items()}
    for path in sorted(chain(ROOT.glob("images/*.rbl*"), ROOT.glob("images/*[kK]ickstart*"))):
        packed = path.read_bytes()
        found[path.name.split(".")[0]] = lzma.decompress(packed) if path.suffix == ".xz" else packed
    return found
