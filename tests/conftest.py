"""How the tests are shared out."""

from __future__ import annotations

import pytest

from shared import dump_names


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of one real dump in a file go to one process.

    It is unpacked, analysed and redacted once a process (see ``shared`` and ``laboratory``).
    """
    names = set(dump_names())
    for item in items:
        callspec = getattr(item, "callspec", None)
        name = callspec.params.get("name") if callspec else None
        if name in names:
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{name}"))
