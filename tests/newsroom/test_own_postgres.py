"""The database that `make run` brings, when the last one is not quite gone."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from newsroom.dev import postgres


def test_one_that_is_stopping_is_waited_for(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    last = postgres.start(home)
    assert last.process
    log = home.resolve().with_name(f"{home.resolve().name}.log")
    # The server ends with the thread that started it, so the pool stays open.
    with ThreadPoolExecutor() as pool:
        with psycopg.connect(last.url, autocommit=True) as session:
            session.execute("CREATE TABLE kept AS SELECT 42 AS number")
            os.kill(last.pid, signal.SIGTERM)  # it refuses newcomers and waits for this session
            next_start = pool.submit(postgres.start, home)
            while "is shutting down" not in log.read_text():
                assert not next_start.done()
        ours = next_start.result()
        last.process.wait()
        try:
            assert ours.pid != last.pid
            with psycopg.connect(ours.url) as session:
                assert session.execute("SELECT number FROM kept").fetchone() == (42,)
        finally:
            ours.stop()
            assert not ours.is_running()
