"""Collects everything Tuya stored in a dump: storage, protected blocks, and pin configurations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Notice
from bekenlab.pins.model import Source
from bekenlab.tuya.firmware import default_parameters
from bekenlab.tuya.oem_cfg import find_oem_cfg
from bekenlab.tuya.parameters.parser import parse_parameters
from bekenlab.tuya.product import StoredProduct, stored_product
from bekenlab.tuya.protected import ProtectedBlock, find_protected
from bekenlab.tuya.storage.read import read_storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.image import Image
    from bekenlab.tuya.parameters.model import Parameters
    from bekenlab.tuya.psm import PsmStore
    from bekenlab.tuya.storage.model import Storage

_PIN_KEY = "user_param_key"
_BAUD_KEYS = ("baud_cfg", "uart_adapt_params")
_BAUD_NAMES = ("baud", "uart_baud", "baudrate", "baud_rate")
_ENVIRONMENT_KEY = "em_sys_env"


@dataclass(frozen=True, slots=True)
class Statement:
    """The parameters according to one source.

    Attributes:
        source: Kind of source.
        address: Its physical address, or None for a value inside storage or code.
        parameters: The parameters.
    """

    source: Source
    address: int | None
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class TuyaFindings:
    """All that Tuya's firmware stored.

    Attributes:
        storage: Key-value storage, or None.
        protected: Protected blocks, by address.
        psm: The older ``key=value`` storage, or None; searched for only if ``storage`` is None.
        statements: The parameters according to each source, most trustworthy first.
        mcu_baud: Speed of the link to a second controller (TuyaMCU), or None.
        environment: ``em_sys_env``, lower case, or None.
        in_use: Pins that the firmware drove when it was booted, if its log names none.
        product: Which product it is, and its data points.
        notices: Warnings about damage and how it was handled.
    """

    storage: Storage | None = None
    protected: tuple[ProtectedBlock, ...] = ()
    psm: PsmStore | None = None
    statements: tuple[Statement, ...] = ()
    mcu_baud: int | None = None
    environment: str | None = None
    in_use: tuple[int, ...] = ()
    product: StoredProduct = field(default_factory=StoredProduct)
    notices: tuple[Notice, ...] = ()

    @property
    def parameters(self) -> Parameters | None:
        """The parameters of the most trustworthy source."""
        return self.statements[0].parameters if self.statements else None

    @property
    def source(self) -> Source | None:
        """Where ``parameters`` come from."""
        return self.statements[0].source if self.statements else None


def collect(image: Image) -> TuyaFindings:
    """Collect the findings from a whole image."""
    data, base = image.physical, image.start
    storage = read_storage(data, base=base)
    phase = (storage.start - base) % SECTOR if storage else 0
    protected = find_protected(data, base=base, phase=phase)
    psm = _psm(image) if storage is None else None
    statements = tuple(_statements(image, storage, protected, psm, phase))
    values = dict(_named_values(storage, protected, psm))
    return TuyaFindings(
        storage=storage,
        protected=protected,
        psm=psm,
        statements=statements,
        mcu_baud=_mcu_baud(values),
        environment=_environment(values),
        product=_product(data, storage),
        notices=(
            *(storage.notices if storage else ()),
            *(notice for block in protected for notice in block.notices),
            *_parameter_notices(statements, storage),
        ),
    )


def _product(data: bytes, storage: Storage | None) -> StoredProduct:
    return stored_product(data, storage) if storage is not None else StoredProduct()


def _psm(image: Image) -> PsmStore | None:
    # Imported here: few dumps are so old that they have no storage.
    from bekenlab.tuya.psm import read_psm

    return read_psm(image.physical, base=image.start)


def _statements(
    image: Image,
    storage: Storage | None,
    protected: tuple[ProtectedBlock, ...],
    psm: PsmStore | None,
    phase: int,
) -> Iterator[Statement]:
    stored = storage.values.get(_PIN_KEY) if storage else None
    if stored and stored.ok:
        yield from _statement(Source.STORAGE, None, stored.value)
    for block in sorted(protected, key=lambda block: not block.ok):
        if _PIN_KEY in block.values:
            yield from _statement(Source.PROTECTED, block.address, block.values[_PIN_KEY].value)
    for copy in find_oem_cfg(image.physical, base=image.start, phase=phase):
        yield from _statement(Source.OEM_CFG, copy.address, copy.text.encode())
    if stored and not stored.ok:
        yield from _statement(Source.STORAGE, None, stored.value)
    if psm and _PIN_KEY in psm.values:
        yield from _statement(Source.STORAGE, None, psm.values[_PIN_KEY].value)
    built_in = default_parameters(image.app)
    if built_in:
        yield from _statement(Source.FIRMWARE_DEFAULT, None, built_in.encode())


def _statement(source: Source, address: int | None, text: bytes) -> Iterator[Statement]:
    parameters = parse_parameters(text)
    if parameters.values:
        yield Statement(source, address, parameters)


def _named_values(
    storage: Storage | None, protected: tuple[ProtectedBlock, ...], psm: PsmStore | None
) -> Iterator[tuple[str, bytes]]:
    """Values by name; of several with one name, the last is the most trustworthy."""
    if psm:
        yield from ((name, value.value) for name, value in psm.values.items())
    for block in protected:
        yield from ((name, value.value) for name, value in block.values.items())
    if storage:
        yield from ((name, value.value) for name, value in storage.values.items() if value.ok)


def _mcu_baud(values: dict[str, bytes]) -> int | None:
    for key in _BAUD_KEYS:
        parameters = parse_parameters(values.get(key, b""))
        for name in _BAUD_NAMES:
            baud = parameters.integer(name)
            if baud:
                return baud
    return None


def _environment(values: dict[str, bytes]) -> str | None:
    raw = values.get(_ENVIRONMENT_KEY, b"").split(b"\0", 1)[0]
    text = raw.decode("ascii", "replace").strip().lower()
    return text or None


def _parameter_notices(
    statements: tuple[Statement, ...], storage: Storage | None
) -> Iterator[Notice]:
    if not statements:
        return
    first = statements[0]
    yield from first.parameters.notices
    stored = storage.values.get(_PIN_KEY) if storage else None
    if stored and not stored.ok:
        used = "It is used nevertheless" if first.source is Source.STORAGE else "It is not used"
        yield Notice("damaged-parameters", f"{_PIN_KEY} in storage fails its checksum. {used}.")
