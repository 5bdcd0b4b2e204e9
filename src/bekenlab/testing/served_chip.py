"""A virtual chip that flashing programs are tried on, for as long as a test takes."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from bekenlab._api import choose
from bekenlab.chips import chip as chip_facts
from bekenlab.errors import UsageError
from bekenlab.jobs.simulate import SimOptions, build_device, serve
from bekenlab.link.errors import LineLostError

if TYPE_CHECKING:
    from types import TracebackType

    from bekenlab._api import FileSource
    from bekenlab.jobs.simulate import Served

_OPENING_SECONDS = 10.0


class ServedChip:
    """A chip at a TCP port or pseudo terminal of this computer, in a thread of its own.

    Over TCP it speaks RFC 2217 with programs that do, and passes plain bytes for others.

    Args:
        source: The dump in its flash: its path, bytes, or a binary stream; packed or not. None is
            a chip with blank flash, whose name must be given.
        chip: Name of the chip, e.g. ``"BK7231N"``, instead of the one recognised.
        pty: At a pseudo terminal instead of a TCP port (not on Windows).
        paced: Whether a device second takes a real second; otherwise it is as fast as it can be.
        fault: What goes wrong with chip and line, e.g. ``"drop@30000"``; see docs/faults.md.
        seed: Decides what the fault ``random`` does.

    Attributes:
        chip: Name of the chip.
        address: What the program is to open: ``"rfc2217://127.0.0.1:40123"`` or a device path.

    Raises:
        BekenlabError: The dump cannot be used, or the port cannot be opened; each has a ``code``.

    Examples:
        >>> chip = ServedChip("my-dump.bin")
        >>> chip.address
        'rfc2217://127.0.0.1:...'
        >>> chip.close()
    """

    def __init__(
        self,
        source: FileSource | None = None,
        *,
        chip: str | None = None,
        pty: bool = False,
        paced: bool = False,
        fault: str = "",
        seed: int = 0,
    ) -> None:
        options = SimOptions(pty=pty, paced=paced, fault=fault, seed=seed)
        name, dump = _content(source, chip)
        self._device = build_device(name, dump, options)
        self._options = options
        self._opened = Event()
        self._stopped = Event()
        self._failure: Exception | None = None
        self.chip = name
        self.address = ""
        self._thread = Thread(target=self._serve, name=f"served {name}", daemon=True)
        self._thread.start()
        self._opened.wait(_OPENING_SECONDS)
        if not self.address:
            self.close()

    @property
    def flash(self) -> bytes:
        """The flash as it is now, physical addresses."""
        return self._device.flash

    @property
    def port(self) -> int:
        """The TCP port, for programs that are told a number.

        Raises:
            UsageError: It is served at a pseudo terminal.
        """
        if self._options.pty:
            raise UsageError("a chip at a pseudo terminal has no TCP port")
        return int(self.address.rpartition(":")[2])

    def close(self) -> None:
        """Stop serving; no program can open the address any more.

        Raises:
            BekenlabError: What made it stop earlier, the fault ``unplug`` excepted.
        """
        self._stopped.set()
        self._thread.join()
        failure, self._failure = self._failure, None
        if failure is not None and not isinstance(failure, LineLostError):
            raise failure

    def _serve(self) -> None:
        try:
            serve(
                self._device,
                self.chip,
                options=self._options,
                opened=self._announce,
                stopped=self._stopped.is_set,
            )
        except Exception as error:  # noqa: BLE001  raised where the test ends, not in this thread
            self._failure = error
        finally:
            self._opened.set()

    def _announce(self, served: Served) -> None:
        self.address = served.address
        self._opened.set()


def _content(source: FileSource | None, chip: str | None) -> tuple[str, bytes | None]:
    """Name of the chip and what its flash begins with."""
    if source is not None:
        chosen = choose(source, chip)
        return chosen.chip, chosen.image.physical
    if chip is None:
        raise UsageError("a chip without a dump needs a name", hint='chip="BK7231N"')
    return chip_facts(chip).name, None


class ServedChips:
    """Serves chips for a test and ends them behind it; what ``served_chip`` is."""

    def __init__(self) -> None:
        self._made = ExitStack()

    def __call__(
        self,
        source: FileSource | None = None,
        *,
        chip: str | None = None,
        pty: bool = False,
        paced: bool = False,
        fault: str = "",
        seed: int = 0,
    ) -> ServedChip:
        """Serve a chip; arguments and errors are those of :class:`ServedChip`."""
        made = ServedChip(source, chip=chip, pty=pty, paced=paced, fault=fault, seed=seed)
        self._made.callback(made.close)
        return made

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every chip that was served."""
        self._made.close()
