"""Listening to a device's log, over a line like those of serial servers."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

from web.api import events, start, wait_for, wait_until_told
from web.serving import serving

LOG = (
    b"[01-01 18:12:15 TUYA N][lr:0x10000] < TUYA IOT SDK V:2.3.3 >\r\n"
    b"< BUILD AT:2024_01_01 BY somebody FOR a_plug AT bk7231n >\r\n"
    b"[01-01 18:12:15 TUYA N][lr:0x10000] ,rl1_pin: is 26 \r\n"
    b"[01-01 18:12:15 TUYA N][lr:0x10000] ,rl1_lv: is 1 \r\n"
    b"[01-01 18:12:15 TUYA N][lr:0x10000] ,module: is CB2S \r\n"
    b"[01-01 18:12:15 TUYA N][lr:0x10000] app_init finished\r\n"
)


def test_a_log_is_shown_as_it_comes_until_somebody_stops_listening(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as device:
        address = f"socket://127.0.0.1:{device.getsockname()[1]}"
        over = threading.Event()

        def talk() -> None:
            line, _ = device.accept()
            # Again and again: what comes while the line is being opened is thrown away.
            with line, suppress(OSError):
                while not over.wait(0.2):
                    line.sendall(LOG)

        talking = threading.Thread(target=talk)
        talking.start()
        with serving(tmp_path, (address,)) as served, served.script() as script:
            job = start(script, "log", port=address)
            wait_until_told(script, job, "line", "app_init finished")
            script.delete(f"/api/jobs/{job}")
            told = wait_for(script, job, "end")
            everything = events(script, job)
        over.set()
        talking.join()
    assert told["state"] == "done", "to stop listening is how listening ends"
    assert [(pin["gpio"], pin["label"]) for pin in told["result"]["pins"]] == [(26, "Relay 1")]
    texts = [event["text"] for event in everything if event["event"] == "line"]
    assert any(text.endswith(",rl1_pin: is 26 ") for text in texts)
