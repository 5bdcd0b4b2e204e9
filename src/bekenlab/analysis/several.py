"""The one answer to several inputs where one is needed: refuse, and offer each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import NotADumpError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MOST_SHOWN = 8


class SeveralInputsError(RefusedError):
    """A folder, an archive or a text holds several inputs, and none of them is taken unasked.

    Args:
        path: The folder, archive or text.
        choices: A path for each of them, which a reader of files takes instead.
        what: What they are, e.g. ``"dumps"``.
        about: What tells them apart, one text for each; default: their paths below ``path``.
    """

    def __init__(
        self, path: Path, choices: Sequence[Path], what: str, about: Sequence[str] = ()
    ) -> None:
        self.choices = tuple(choices)
        self.about = tuple(about) or tuple(_below(choice, path) for choice in choices)
        shown = [f"{n}: {text}" for n, text in enumerate(about, start=1)] or list(self.about)
        if len(shown) > _MOST_SHOWN:
            shown[_MOST_SHOWN:] = [f"and {len(shown) - _MOST_SHOWN} more"]
        self.summary = f"{path.name or path} holds {len(choices)} {what}"
        super().__init__(
            f"{self.summary} ({'; '.join(shown)})",
            hint=f"name the one you mean, such as {choices[0]}",
        )


def check_part(path: Path, part: int, count: int, what: str) -> None:
    """Check the number of a part that was chosen, from 1.

    Args:
        path: The path by which it was chosen.
        part: Its number.
        count: How many there are.
        what: What they are, e.g. ``"configurations"``.

    Raises:
        NotADumpError: There are not as many.
    """
    if not 1 <= part <= count:
        raise no_such_part(path, part, count, what)


def no_such_part(path: Path, part: int, count: int, what: str) -> NotADumpError:
    """The error for a number that is too large; arguments as for :func:`check_part`."""
    return NotADumpError(f"{path.parent} holds {count} {what}, not {part}")


def _below(choice: Path, path: Path) -> str:
    return choice.relative_to(path).as_posix() if choice.is_relative_to(path) else str(choice)
