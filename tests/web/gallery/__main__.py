"""Takes pictures of every page in every state, to be looked at by a person.

    PYTHONPATH=src:tests python -m web.gallery FOLDER [--language de] [--only 'dump-*']

Each state gives four files, ``STATE.LANGUAGE.WIDTH.SCHEME.png``: 1280 and 390 pixels wide, light
and dark. Nothing is compared with anything: what is ugly, unclear or wrong is seen by looking.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from web.gallery import bench, connection, device, dumps, guide, pages, photo
from web.gallery.studio import Studio, browser_of, staged

SCENES = (
    *pages.SCENES,
    *dumps.SCENES,
    *device.SCENES,
    *guide.SCENES,
    *bench.SCENES,
    *photo.SCENES,
    *connection.SCENES,
)


def main() -> int:
    """Take the pictures; a scene that fails is told, and the others go on."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", action="append", choices=("de", "en"))
    parser.add_argument("--only", action="append", metavar="PATTERN", help="names of states")
    parser.add_argument("--scene", action="append", help="names of scenes; all by default")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = browser_of(playwright)
        for language in asked.language or ("de", "en"):
            studio = Studio(browser, asked.folder, language, tuple(asked.only or ("*",)))
            for scene in SCENES:
                if asked.scene and scene.__name__ not in asked.scene:
                    continue
                try:
                    with staged(studio) as stage:
                        scene(stage)
                except Exception as error:  # noqa: BLE001  the other scenes are wanted all the same
                    failed += 1
                    sys.stderr.write(f"{language} {scene.__name__}: {error}\n")
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
