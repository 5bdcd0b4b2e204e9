"""How a browser gets in, what it keeps, and what others can see of the key."""

import os
import stat
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from bekenlab.web.entrance import site_name, start_file
from web.serving import TOKEN, Served, serving

NAME = "bekenlab-0123456789abcdef"
CHROMIUM = "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
SAFARI = (
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1"
)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a host of its own."""
    with serving(tmp_path_factory.mktemp("named"), name=NAME) as found:
        yield found


def site_of(served: Served) -> str:
    return f"{NAME}.localhost:{served.host.rpartition(':')[2]}"


def enter(served: Served, host: str, agent: str = "script") -> httpx.Response:
    with served.stranger() as browser:
        headers = {"host": host, "user-agent": agent}
        return browser.get("/device", params={"board": "CB3S", "token": TOKEN}, headers=headers)


def test_the_cookie_is_no_bearer(named: Served) -> None:
    answer = enter(named, named.host)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    ((_, morsel),) = SimpleCookie(cookie).items()
    assert TOKEN not in answer.headers["set-cookie"]
    with named.stranger() as browser:
        assert browser.get("/", headers={"cookie": cookie}).status_code == 200
        bearer = {"authorization": f"Bearer {morsel.value}"}
        assert browser.get("/api/dumps", headers=bearer).status_code == 401
        assert browser.get("/", params={"token": morsel.value}).status_code == 401
        name = cookie.partition("=")[0]
        old = {"cookie": f"{name}={TOKEN}"}
        assert browser.get("/", headers=old).status_code == 401, "the token is no session"


def test_a_second_opening_leaves_no_token_in_the_address(named: Served) -> None:
    cookie = enter(named, named.host).headers["set-cookie"].partition(";")[0]
    with named.stranger() as browser:
        for token in (TOKEN, "of an earlier run"):
            again = browser.get(
                "/device", params={"token": token, "board": "CB3S"}, headers={"cookie": cookie}
            )
            assert (again.status_code, again.headers["location"]) == (303, "/device?board=CB3S")


@pytest.mark.parametrize("path", ["//evil.example/", "/%2F%2Fevil.example", "/%0d%0aX:1"])
def test_no_address_leads_away(named: Served, path: str) -> None:
    with named.stranger() as browser:
        answer = browser.get(f"{named.url}{path}?token={TOKEN}")
    assert answer.status_code == 303
    assert not answer.headers["location"].startswith("//")
    assert "evil.example" not in answer.headers["location"].partition("/")[0]
    assert "x" not in answer.headers


@pytest.mark.parametrize(
    ("agent", "elsewhere"),
    [(CHROMIUM, True), ("Firefox/140.0", True), (SAFARI, False), ("", False)],
)
def test_a_browser_that_finds_it_is_sent_to_a_host_of_its_own(
    named: Served, agent: str, *, elsewhere: bool
) -> None:
    answer = enter(named, named.host, agent)
    assert answer.status_code == 303
    assert ("set-cookie" in answer.headers) is not elsewhere
    if elsewhere:
        expected = f"http://{site_of(named)}/device?board=CB3S&token={TOKEN}"
        assert answer.headers["location"] == expected
    there = enter(named, site_of(named), agent)
    assert there.headers["location"] == "/device?board=CB3S"
    assert "set-cookie" in there.headers
    assert "domain" not in there.headers["set-cookie"].lower()


def test_exactly_that_host_is_accepted(named: Served) -> None:
    port = named.host.rpartition(":")[2]
    with named.script() as script:
        assert script.get("/api", headers={"host": site_of(named)}).status_code == 200
        for host in (
            f"bekenlab-fedcba9876543210.localhost:{port}",
            f"x.{NAME}.localhost:{port}",
            f"{NAME}:{port}",
            f"{NAME}.localhost",
            f"{NAME}.localhost.evil.example:{port}",
            f"{NAME}.localhost:1",
        ):
            assert script.get("/api", headers={"host": host}).status_code == 421, host


def test_chromium_gets_in_by_the_file_and_shows_no_token(
    browser: Browser, named: Served, tmp_path: Path
) -> None:
    """Also the second time. The cookie is not sent to another server on this computer."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    seen: list[str] = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    site = f"http://{site_of(named)}/"
    for _ in range(2):
        with start_file(tmp_path, named.entrance) as file:
            page.goto(file.as_uri(), wait_until="commit")
            page.wait_for_url(site)
            expect(page.get_by_role("heading", level=1)).to_have_text("Free a Tuya device")
        assert not any("token" in url for url in seen), seen
    page.goto(named.entrance)
    assert page.url == site
    page.goto(f"{named.url}/")
    expect(page.get_by_role("heading")).to_have_text("Access denied")
    (cookie,) = context.cookies()
    assert cookie["domain"] == f"{NAME}.localhost"
    assert TOKEN not in cookie["value"]
    # The pages work there: a script's request passes the checks of host and origin.
    page.goto(site)
    page.get_by_role("button", name="Try it with a sample plug").click()
    page.wait_for_url("**/dump/*")
    context.close()


def test_the_name_stays_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    name = site_name(state)
    assert site_name(state) == name
    assert site_name(tmp_path / "other") != name
    if sys.platform != "win32":
        assert stat.S_IMODE((state / "site").stat().st_mode) == 0o600
    (state / "site").write_text("evil.example/", encoding="utf-8")
    assert site_name(state) not in {name, "evil.example/"}
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert site_name(tmp_path / "file" / "state"), "works without a folder"


def test_the_file_is_for_its_owner_and_only_as_long_as_needed(tmp_path: Path) -> None:
    with start_file(tmp_path / "state", 'http://x/?token="<') as file:
        assert "&quot;&lt;" in file.read_text("utf-8")
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list((tmp_path / "state").iterdir())
