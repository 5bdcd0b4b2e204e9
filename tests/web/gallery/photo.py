"""The photo page, from its first corner to its labels."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect

from bekenlab.samples import build_sample
from photos import CORNERS, photo_of_chip
from web.gallery.studio import Stage
from web.open_files import drop


def photo(stage: Stage) -> None:
    """Corners are marked one by one."""
    found = drop(stage.script, "plug.bin", build_sample())["dumps"][0]["id"]
    stage.show("photo-of-dump", f"/photo?dump={found}")
    stage.go("/photo")
    stage.page.select_option("#board", "BK7231N")
    with TemporaryDirectory() as folder:
        path = Path(folder, "board.png")
        photo_of_chip()[0].save(path)
        stage.page.set_input_files("#file", path)
        stage.page.wait_for_timeout(1000)
        stage.keep("photo-begun")
        for number, (x, y) in enumerate(CORNERS):
            stage.page.fill(f"#point-{number}-x", f"{x}")
            stage.page.fill(f"#point-{number}-y", f"{y}")
            if number == 1:
                stage.keep("photo-two-corners")
        expect(stage.page.locator("#save")).to_be_enabled()
        stage.keep("photo-done")


SCENES = (photo,)
