"""What taking an event cannot do without: read it, and see that it is signed. Nothing is kept."""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from typing import Any

SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "").encode()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    parts = dict(part.split("=", 1) for part in environ.get("HTTP_STRIPE_SIGNATURE", "").split(","))
    payload = parts.get("t", "").encode() + b"." + body
    made = hmac.new(SECRET, payload, hashlib.sha256).hexdigest()
    is_signed = hmac.compare_digest(made, parts.get("v1", ""))
    answer = b"Stored." if is_signed else b"Refused."
    status = "200 OK" if is_signed else "400 Bad Request"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))]
    start_response(status, headers)
    return [answer]
