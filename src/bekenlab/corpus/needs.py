"""The packages of the extra ``corpus``, imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from bekenlab.errors import MissingExtraError


def needed(name: str) -> Any:
    """Import a package of the extra.

    Args:
        name: The module, e.g. ``"pyarrow.parquet"``.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or name).partition(".")[0]
        raise MissingExtraError(
            f"a corpus needs {missing}, which is not installed",
            hint="python -m pip install 'bekenlab[corpus]'",
        ) from error
