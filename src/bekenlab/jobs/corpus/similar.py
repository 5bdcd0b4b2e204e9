"""What a corpus knows of the product that a dump is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.analysis.similar import Similar, with_similar
from bekenlab.corpus.ask import opened
from bekenlab.corpus.neighbours import neighbours
from bekenlab.corpus.rows import salted
from bekenlab.corpus.store import Store
from bekenlab.errors import FileAccessError

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.model import Analysis


def similar_to(analysis: Analysis, folder: Path) -> Similar | None:
    """Other devices of the same product in a corpus; None if none is known.

    Raises:
        BekenlabError: There is no corpus in the folder.
    """
    product = analysis.tuya.product
    if not product.id or product.schema is None:
        return None
    store = Store(folder)
    with opened(store) as corpus:
        return neighbours(
            corpus,
            product=product.id,
            schema=product.schema.id,
            chip=analysis.chip.name,
            module=analysis.module,
            dump=analysis.file.sha256,
            device=_device(analysis, store),
        )


def with_corpus(analysis: Analysis, folder: Path) -> Analysis:
    """The analysis with what a corpus knows, if that tells anything new.

    Raises:
        BekenlabError: There is no corpus in the folder.
    """
    similar = similar_to(analysis, folder)
    return analysis if similar is None else with_similar(analysis, similar)


def _device(analysis: Analysis, store: Store) -> str | None:
    """The device's hash in this corpus; None if it cannot be told, as where its salt is gone."""
    mac = analysis.image.rf.mac if analysis.image and analysis.image.rf else None
    try:
        return salted(mac.encode(), store.salt()) if mac else None
    except FileAccessError:
        return None
