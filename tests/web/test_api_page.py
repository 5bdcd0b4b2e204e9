"""The page about the API lists what exists."""

import re

from bekenlab.web.tasks import KINDS
from docs.pages import DOCS, rows
from web.serving import Served

PAGE = DOCS / "web-api.md"


def quoted(cell: str) -> str:
    return str(re.findall(r"`([^`]+)`", cell)[0])


def test_every_route_is_documented_and_every_documented_one_exists(served: Served) -> None:
    with served.script() as script:
        routes = script.get("/api").json()["routes"]
    real = {(route["path"], method) for route in routes for method in route["methods"]}
    assert real == {(quoted(row[0]), row[1]) for row in rows(PAGE, "Routes")}
    assert all(route["about"] for route in routes)


def test_every_kind_of_job_is_documented() -> None:
    assert {quoted(row[0]) for row in rows(PAGE, "Jobs")[: len(KINDS)]} == set(KINDS)
