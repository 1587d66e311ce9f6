"""HTTP answers as they come out of a socket, piece by piece."""

from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    body: bytes


def read_answer(got: bytes) -> Answer | None:
    """None while something of it is missing. One without a Content-Length has no body."""
    head, end, body = got.partition(b"\r\n\r\n")
    if not end:
        return None
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return Answer(int(head.split(b" ", 2)[1]), body) if len(body) >= length else None
