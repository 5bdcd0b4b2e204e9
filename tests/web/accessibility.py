"""What axe-core finds wrong with a page for somebody who cannot see or point well."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What passed is not described element by element: that takes as long as looking.
_OPTIONS = {"resultTypes": ["violations"]}


def violations(page: Page, *impacts: str) -> list[tuple[str, str]]:
    """Rules that the page breaks and the first element that does, only of these impacts if any."""
    return [
        (found["id"], found["nodes"][0]["html"])
        for found in Axe().run(page, options=_OPTIONS).response["violations"]
        if not impacts or found["impact"] in impacts
    ]
