"""The workers of this computer."""

import sys
from pathlib import Path
from typing import Any

import pytest

from bekenlab.corpus.cluster import check_workers, cluster, threads
from bekenlab.corpus.needs import needed


@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell what listens")
def test_workers_of_this_computer_are_reached_from_it_alone(tmp_path: Path) -> None:
    psutil = needed("psutil")
    with cluster(None, 1) as client:
        assert threads(client) == 1
        check_workers(client, tmp_path)
        me = psutil.Process()
        listening: list[Any] = [
            each
            for process in (me, *me.children(recursive=True))
            for each in process.net_connections()
            if each.status == psutil.CONN_LISTEN
        ]
        assert listening
        assert {each.laddr.ip for each in listening} == {"127.0.0.1"}
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        with pytest.raises((OSError, TypeError)), needed("distributed").Client(address, timeout=2):
            pass
