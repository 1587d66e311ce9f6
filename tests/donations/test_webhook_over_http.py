"""The webhook behind gunicorn, over a socket: what no test client would send."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from newsroom.dev.processes import ends_with_parent, free_port, is_listening
from tests.donations.conftest import WEBHOOK, signed
from tests.donations.test_stripe_tells_us import event

ROOT = Path(__file__).resolve().parents[2]
TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a paper whose database does not even exist: what is refused needs none."""
    port = free_port()
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    with (tmp_path_factory.mktemp("gunicorn") / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py",
                "--bind", f"127.0.0.1:{port}", "--workers", "1",
            ],
            cwd=ROOT, stdout=log, stderr=log, preexec_fn=ends_with_parent(),
            env={
                **os.environ, "DJANGO_SETTINGS_MODULE": "newsroom.settings",
                "DATABASE_URL": nowhere,
            },
        )  # fmt: skip
    deadline = time.monotonic() + 30
    while not is_listening(port):
        assert server.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    yield port
    server.terminate()
    server.wait(20)


def send(port: int, *pieces: bytes, headers: str = "") -> int:
    """The status of the answer, however little of the request was read; 0 for none."""
    host = settings.SITE_URL.partition("//")[2]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"
        try:
            connection.sendall(head.encode("latin-1"))
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer came first
        try:
            answer = connection.recv(65_536)
        except ConnectionResetError:
            return 0
    return int(answer.split(b" ", 2)[1]) if answer else 0


def length(count: int) -> str:
    return f"Content-Length: {count}\r\n"


def test_row_19_ten_megabytes_are_refused_before_they_are_sent(port: int) -> None:
    assert send(port, headers=length(TEN_MEGABYTES)) == 413


def test_row_19_ten_megabytes_that_are_sent_all_the_same_change_nothing(port: int) -> None:
    assert send(port, b"x" * TEN_MEGABYTES, headers=length(TEN_MEGABYTES)) in {413, 0}


def test_row_19_a_body_in_pieces_is_not_read_whatever_its_size(port: int) -> None:
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    assert send(port, headers="Transfer-Encoding: chunked\r\n") == 411
    assert send(port, *[chunk] * 10, b"0\r\n\r\n", headers="Transfer-Encoding: chunked\r\n") in {411, 0}  # fmt: skip


def test_row_19_a_length_that_is_too_small_lets_the_rest_be_no_request_of_ours(port: int) -> None:
    assert send(port, b"{}" + b"x" * TEN_MEGABYTES, headers=length(2)) in {400, 0}


def test_row_19_a_length_that_is_too_large_ends_when_the_sender_does(port: int) -> None:
    host = settings.SITE_URL.partition("//")[2]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n{{}}"
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65_536)
    assert not answer or answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: -1\r\n",
        "Content-Length: 1e3\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
    ],
)
def test_row_19_a_length_that_is_none_is_refused(port: int, headers: str) -> None:
    assert send(port, b"{}", headers=headers) in {400, 411, 501}


@pytest.mark.parametrize(
    "signature", ["t=1,v1=\xff\xfe", "t=1,v1=кл".encode().decode("latin-1"), "t=1", "\x01", "x" * 7_000]
)  # fmt: skip
def test_row_14_a_signature_of_any_bytes_is_refused(port: int, signature: str) -> None:
    headers = length(2) + f"Stripe-Signature: {signature}\r\n"
    assert send(port, b"{}", headers=headers) == 400


def test_row_22_without_a_database_it_says_so_at_once(port: int) -> None:
    body = json.dumps(event()).encode()
    begin = time.monotonic()
    headers = length(len(body)) + f"Stripe-Signature: {signed(body)}\r\n"
    assert send(port, body, headers=headers) == 503
    assert time.monotonic() - begin < 5
