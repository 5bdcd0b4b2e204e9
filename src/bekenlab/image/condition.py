"""What of a chip's flash is intact: boot loader, RF data, and whether code and key fit together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.image.keys import KeyWitnesses
from bekenlab.image.loader_check import LoaderCheck, LoaderState
from bekenlab.image.rf import RF_MISSING, RfState

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of what a device cannot do without.

    Attributes:
        loader: The boot loader.
        keys: Which key the chip has, and who says so.
        rf: The sector where the chip's RF data belong; None if that place is unknown or outside.
        rf_address: Its physical address.
        rf_found: Where RF data are instead; None if they are in their place or nowhere.
    """

    loader: LoaderCheck
    keys: KeyWitnesses
    rf: RfState | None = None
    rf_address: int = 0
    rf_found: int | None = None

    @property
    def has_rf(self) -> bool:
        """Whether there are RF data in their place, or nobody knows where that is."""
        return self.rf in {None, RfState.PRESENT}

    @property
    def worst(self) -> Notice | None:
        """The most serious fault, or None."""
        return next(iter(self.notices()), None)

    def notices(self) -> tuple[Notice, ...]:
        """A warning for each fault."""
        return (*self._loader(), *self._keys(), *self._rf())

    def _loader(self) -> Iterator[Notice]:
        if not self.loader.starts:
            yield no_boot_loader(self.loader)

    def _keys(self) -> Iterator[Notice]:
        # A loader under another key has been reported, which says the same.
        if self.keys.conflict and self.loader.state is not LoaderState.OTHER_KEY:
            text = _sentence(self.keys.conflict)
            yield Notice("keys-disagree", f"{text}. What is not under the chip's key cannot run.")

    def _rf(self) -> Iterator[Notice]:
        if self.has_rf or self.rf is None:
            return
        if self.rf_found is not None:
            yield rf_elsewhere(self.rf_found, self.rf_address)
            return
        yield Notice(
            "no-rf",
            f"The RF sector at 0x{self.rf_address:x} {RF_MISSING[self.rf]}: Wi-Fi is weak or "
            "fails, and the MAC address is not the device's own. Only a backup of this very device "
            "brings it back.",
        )


NOTHING_KNOWN = Condition(LoaderCheck(LoaderState.UNKNOWN), KeyWitnesses())
"""For a chip that cannot be judged."""


def no_boot_loader(check: LoaderCheck) -> Notice:
    """The warning that there is no loader the chip can run."""
    text = (
        f"{_sentence(check.about)}: the device does not start. Write firmware that brings its boot "
        "loader (QIO), or restore a backup."
    )
    return Notice("no-boot-loader", text)


def rf_elsewhere(found: int, usual: int) -> Notice:
    """The warning that there are RF data, but not where firmware looks for them."""
    text = (
        f"The RF data are at 0x{found:x}, not at 0x{usual:x}, where OpenBeken looks for them: "
        "without a copy there, its Wi-Fi is weak and its MAC address is not the device's own."
    )
    return Notice("rf-elsewhere", text)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
