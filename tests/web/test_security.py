"""Which requests are accepted, and what is accepted from them."""

import socket
import zlib
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from bekenlab.analysis.inputs import MAX_SIZE
from bekenlab.samples import build_sample
from bekenlab.web.job import Job
from bekenlab.web.server import Place, open_socket, other_loopback
from bekenlab.web.streaming import MOST_STREAMS
from web.serving import TOKEN, Served

COOKIE = "cookie"
NAVIGATES = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def let_in(served: Served) -> dict[str, str]:
    """The cookie that a browser gets."""
    with served.stranger() as browser:
        answer = browser.get("/", params={"token": TOKEN})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/", "the token stays in no address"
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    return {COOKIE: answer.headers["set-cookie"].partition(";")[0]}


@pytest.mark.parametrize("path", ["/", "/dump", "/api/dumps", "/api/jobs", "/api", "/nowhere"])
def test_nothing_is_told_without_the_token(served: Served, path: str) -> None:
    with served.stranger() as browser:
        assert browser.get(path).status_code == 401
        assert browser.get(path, params={"token": "wrong"}).status_code == 401
        assert browser.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
        wrong = {COOKIE: f"bekenlab-{served.host.partition(':')[2]}=wrong"}
        assert browser.get(path, headers=wrong).status_code == 401
        odd = browser.get(path, headers={COOKIE: "a=;;;"})
        assert odd.status_code == 401


def test_the_cookie_opens_the_pages(served: Served) -> None:
    """Also beside odd cookies of other servers on this computer."""
    ours = let_in(served)[COOKIE]
    with served.stranger() as browser:
        for cookies in (ours, f'a={{"x": 1}}; {ours}', f"; =;{ours};b"):
            assert browser.get("/", headers={COOKIE: cookies}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.nip.io", ""]
)
def test_a_foreign_host_is_refused_even_with_the_token(served: Served, host: str) -> None:
    with served.script() as script:
        answer = script.get("/api/dumps", headers={"host": host})
    assert answer.status_code in {400, 421}  # an empty one is not even HTTP
    assert "dumps" not in answer.text


@pytest.mark.parametrize("name", ["localhost", "[::1]"])
def test_all_names_of_this_computer_are_ours(served: Served, name: str) -> None:
    port = served.host.partition(":")[2]
    with served.script() as script:
        assert script.get("/api", headers={"host": f"{name}:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", **NAVIGATES},
        {},
    ],
    ids=str,
)
def test_no_other_page_can_change_anything(served: Served, headers: dict[str, str]) -> None:
    """Not even one at another port of this computer, which gets our cookie as well."""
    before = len(served.context.uploads.dumps())
    with served.stranger() as browser:
        answer = browser.post("/api/sample", headers=let_in(served) | headers)
    assert answer.status_code == 403
    assert len(served.context.uploads.dumps()) == before


@pytest.mark.parametrize("path", ["/api/jobs", "/api/jobs/x/events", "/dump"])
def test_no_other_page_can_read_anything(served: Served, path: str) -> None:
    with served.stranger() as browser:
        for headers in ({"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}):
            assert browser.get(path, headers=let_in(served) | headers).status_code == 403


def test_a_link_elsewhere_may_lead_to_a_page(served: Served) -> None:
    with served.stranger() as browser:
        headers = let_in(served) | {"sec-fetch-site": "cross-site", **NAVIGATES}
        assert browser.get("/", headers=headers).status_code == 200


def test_our_own_page_may_change_things(served: Served) -> None:
    with served.stranger() as browser:
        headers = let_in(served) | {"origin": served.url, "sec-fetch-site": "same-origin"}
        assert browser.post("/api/sample", headers=headers).status_code == 201


@pytest.mark.parametrize("path", ["/", "/api", "/static/base.css", "/nowhere"])
def test_every_answer_is_hardened(served: Served, path: str) -> None:
    with served.script() as script:
        headers = script.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] in {"no-store", "no-cache"}
    assert "server" not in headers


def test_an_upload_that_announces_too_much_is_not_even_read(served: Served) -> None:
    host, port = served.host.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        head = f"POST /api/dumps HTTP/1.1\r\nHost: {served.host}\r\nContent-Length: {1 << 40}\r\n"
        line.sendall(f"{head}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 413")


def test_an_upload_that_never_ends_is_cut_off(served: Served) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 4 * MAX_SIZE:  # as good as endless, and the test ends
            sent += 1 << 20
            yield bytes(1 << 20)

    with served.script() as script:
        try:
            answer = script.post("/api/dumps", content=endless())
            assert answer.status_code == 413
            assert answer.json()["error"]["code"] == "too-large"
        except (httpx.WriteError, httpx.RemoteProtocolError):
            pass  # it hung up on us, perhaps in the middle of the answer, which is as good
    assert sent < 3 * MAX_SIZE


def test_a_request_that_is_no_upload_is_small(served: Served) -> None:
    with served.script() as script:
        assert script.post("/api/jobs", content=bytes(1 << 20)).status_code == 413


def test_a_bomb_is_not_unpacked(served: Served) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(200)), packer.flush()])
    with served.script() as script:
        answer = script.post("/api/dumps?name=bomb.bin.gz", content=bomb)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too-large"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\plug.bin", "plug.bin"),
        ("<script>alert(1)</script>.bin", "script&gt;.bin"),
        ("a\r\nSet-Cookie: x=1", "Set-Cookie"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "file"),
        ("/", "file"),
        ("..", "file"),
        ("x" * 5000, "x" * 100),
    ],
    ids=lambda value: value[:20],
)
def test_a_hostile_name_is_only_a_label(served: Served, name: str, shown: str) -> None:
    with served.script() as script:
        answer = script.post("/api/dumps", params={"name": name}, content=build_sample())
        assert answer.status_code == 201
        (row,) = answer.json()["dumps"]
        html = script.get(f"/dump/{row['id']}").text
        listed = script.get("/dump").text
        script.delete(f"/api/dumps/{row['id']}")
    assert len(row["name"]) <= 120
    assert "/" not in row["name"]
    for text in (html, listed):
        assert shown in text
        assert "<script>alert" not in text
        assert "\u202e" not in text
    assert not list(served.folder.rglob("*passwd*"))


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"]
)
def test_only_the_pages_own_files_are_served(served: Served, path: str) -> None:
    with served.script() as script:
        assert script.get(path).status_code == 404


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "/a\nb"])
def test_a_choice_leads_to_no_other_server(served: Served, back: str) -> None:
    with served.script() as script:
        answer = script.post("/choose", data={"theme": "dark", "back": back})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_a_flood_of_streams_is_refused_and_leaves_the_server_alive(served: Served) -> None:
    def wait(job: Job) -> dict[str, object]:
        while not job.cancelled:
            job.ask("nothing")
        return {}

    job = served.context.manager.start("wait", wait)
    path = f"/api/jobs/{job.id}/events"
    with served.script() as script, ExitStack() as streams:
        script.timeout = httpx.Timeout(10)
        for _ in range(MOST_STREAMS):
            answer = streams.enter_context(
                httpx.stream("GET", served.url + path, headers=script.headers)
            )
            assert answer.status_code == 200
        # A stream counts once its first bytes were asked for; the server does that at once.
        refused = script.get(path)
        assert refused.status_code == 429
        assert script.get("/").status_code == 200
    job.cancel()


def test_a_flood_of_events_is_bounded() -> None:
    job = Job("flood", "", None, 0.0)
    for number in range(20_000):
        job.emit("line", text=f"line {number} " + "x" * 200)
        job.emit("progress", replaces="progress", done=number)
    kept = job.since(0)
    assert sum(len(entry.text) for entry in kept) < 3 << 20
    assert '"dropped"' in kept[0].text
    assert sum('"progress"' in entry.text for entry in kept) == 1
    assert "line 19999" in kept[-2].text
    numbers = [entry.number for entry in kept]
    assert numbers == sorted(set(numbers))


def test_the_name_is_used_only_where_nobody_else_gets_its_requests() -> None:
    """Browsers look for a name at both loopback addresses."""
    with open_socket(Place(port=0, exact=True)) as listening:
        port = listening.getsockname()[1]
        other = other_loopback("127.0.0.1", port)
        if other is True:
            pytest.skip("this computer has no IPv6")
        assert isinstance(other, socket.socket)
        with other:
            assert other.getsockname()[:2] == ("::1", port)
            assert other_loopback("127.0.0.1", port) is False
