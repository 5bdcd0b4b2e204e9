"""A virtual chip for testing flashing programs, served for the duration of a test."""

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
    """A chip at a TCP port or pseudo terminal of this computer, served in its own thread.

    Over TCP it speaks RFC 2217 with programs that do, and plain bytes with others.

    Args:
        source: The dump in its flash: path, bytes, or a binary stream; packed or not. None is a
            chip with blank flash, for which ``chip`` is required.
        chip: Name of the chip, e.g. ``"BK7231N"``, instead of the one recognised.
        pty: Serve at a pseudo terminal instead of a TCP port (not on Windows).
        paced: Whether a device second takes a real second; otherwise it runs as fast as it can.
        fault: Faults of the chip and the line, e.g. ``"drop@30000"``; see docs/faults.md.
        seed: Determines what the fault ``random`` does.

    Attributes:
        chip: Name of the chip.
        address: What the program opens: ``"rfc2217://127.0.0.1:40123"`` or a device path.

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
        """Current content of the flash, physical addresses."""
        return self._device.flash

    @property
    def port(self) -> int:
        """The TCP port, for programs that take a port number.

        Raises:
            UsageError: It is served at a pseudo terminal.
        """
        if self._options.pty:
            raise UsageError("a chip at a pseudo terminal has no TCP port")
        return int(self.address.rpartition(":")[2])

    def close(self) -> None:
        """Stop serving; no program can open the address any more.

        Raises:
            BekenlabError: The error that stopped it earlier, except for the fault ``unplug``.
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
        except Exception as error:  # noqa: BLE001  raised when the test ends, not in this thread
            self._failure = error
        finally:
            self._opened.set()

    def _announce(self, served: Served) -> None:
        self.address = served.address
        self._opened.set()


def _content(source: FileSource | None, chip: str | None) -> tuple[str, bytes | None]:
    """Name of the chip, and the initial content of its flash (None is blank)."""
    if source is not None:
        chosen = choose(source, chip)
        return chosen.chip, chosen.image.physical
    if chip is None:
        raise UsageError("a chip without a dump needs a name", hint='chip="BK7231N"')
    return chip_facts(chip).name, None


class ServedChips:
    """Serves chips for a test and stops them after it; the type of ``served_chip``."""

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
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all served chips."""
        self._made.close()
