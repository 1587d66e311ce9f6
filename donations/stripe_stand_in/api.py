"""One API request: who asks, which version, which route, once only, answered as Stripe would."""

import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from donations.stripe_stand_in import API_VERSION, bracket_forms
from donations.stripe_stand_in.errors import ApiError
from donations.stripe_stand_in.expanding import expand
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.misbehaviour import Misbehaviour
from donations.stripe_stand_in.resources import ROUTES
from donations.stripe_stand_in.resources.route import Route
from donations.stripe_stand_in.sandbox import Cause, Sandbox

_KEYS_KEPT = 24 * 3600  # seconds
_MATCHED = [(route, route.pattern) for route in ROUTES]


@dataclass
class Answer:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass
class Request:
    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]
    identifier: str


class Api:
    def __init__(self, sandbox: Sandbox, misbehaviour: Misbehaviour) -> None:
        self.sandbox = sandbox
        self.misbehaviour = misbehaviour
        self.log: deque[Json] = deque(maxlen=500)
        self._in_flight: set[str] = set()

    def answer(
        self, method: str, path: str, query: str, body: str, headers: Mapping[str, str]
    ) -> Answer:
        """Raises `Dropped` when the request is not to be answered at all."""
        request = Request(method, path, query, body, headers, self.sandbox.new_id("req", 14))
        entry: Json = {
            "id": request.identifier,
            "method": method,
            "path": path,
            "parameters": None,
            "idempotency_key": headers.get("idempotency-key"),
            "status": None,
        }
        self.log.append(entry)
        try:
            check_key(headers.get("authorization", ""))
            check_version(headers.get("stripe-version"))
            entry["parameters"] = given = bracket_forms.decode(body if method == "POST" else query)
            answer = self._once(request, given)
        except ApiError as error:
            answer = Answer(error.status, _json(error.body()))
        entry["status"] = answer.status
        answer.headers |= {"Request-Id": request.identifier, "Stripe-Version": API_VERSION}
        if key := headers.get("idempotency-key"):
            answer.headers["Idempotency-Key"] = key
        return answer

    def _once(self, request: Request, given: Json) -> Answer:
        """The saved answer to a key that was used before, or a new one."""
        key = request.headers.get("idempotency-key", "")
        if not key or request.method != "POST":
            return self._do(request, given, None)
        if len(key) > 255:
            raise ApiError(400, "Idempotency keys may hold at most 255 characters.")
        print_of = _fingerprint(request, given)
        with self.sandbox.store.lock:
            if saved := self._saved(key, print_of):
                return saved
            if key in self._in_flight:
                raise ApiError(
                    409,
                    "There is currently another in-progress request using this Idempotent Key"
                    f" ({key[:80]}). Please try again later.",
                    code="idempotency_key_in_use",
                    kind="idempotency_error",
                )
            self._in_flight.add(key)
        try:
            return self._do(request, given, (key, print_of))
        finally:
            with self.sandbox.store.lock:
                self._in_flight.discard(key)

    def _saved(self, key: str, print_of: str) -> Answer | None:
        rows = self.sandbox.store.rows(
            "SELECT request, request_id, status, body FROM answers WHERE key = ? AND saved_at > ?",
            (key, time.time() - _KEYS_KEPT),
        )
        if not rows:
            return None
        request, request_id, status, body = rows[0]
        if request != print_of:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were"
                f" first used with. Try using a key other than '{key[:80]}' if you meant to execute"
                " a different request.",
                kind="idempotency_error",
            )
        return Answer(status, body, {"Idempotent-Replayed": "true", "Original-Request": request_id})

    def _do(self, request: Request, given: Json, key: tuple[str, str] | None) -> Answer:
        """Check, then execute and save the answer under its key, all in one transaction."""
        route, names = _route(request.method, request.path)
        fault = self.misbehaviour.take(request.path)
        match fault:
            case "hang":
                self.misbehaviour.hang()
                raise Dropped
            case "429":
                raise ApiError(429, "Request rate limit exceeded.", code="rate_limit")
            case "503":
                raise ApiError(503, "Stripe is unavailable, on order.", kind="api_error")
        parameters = route.parameters.read(given)
        store = self.sandbox.store
        with store.transaction():
            if fault == "500":
                answer = _broken()
            else:
                answer = self._execute(request, route, names, parameters)
                if fault == "500_after":
                    answer = _broken()
            if key:
                store.rows(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
                    (*key, request.identifier, answer.status, answer.body, time.time()),
                )
        if fault == "hang_after":
            self.misbehaviour.hang()
            raise Dropped
        return answer

    def _execute(self, request: Request, route: Route, names: list[str], given: Json) -> Answer:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        self.sandbox.cause = Cause(request.identifier, key)
        store = self.sandbox.store
        try:
            with store.attempt(lambda error: not (isinstance(error, ApiError) and error.keeps)):
                thing = public(route.handle(self.sandbox, given, *names))
                if thing["object"] == "list":
                    thing["data"] = [public(one) for one in thing["data"]]
                return Answer(200, _json(expand(self.sandbox, thing, given.get("expand", []))))
        except ApiError as error:
            return Answer(error.status, _json(error.body()))
        finally:
            self.sandbox.cause = Cause()


def check_key(authorization: str) -> None:
    """Any test key will do. Live keys are turned away: nothing here moves real money."""
    match = re.fullmatch(r"Bearer\s+(\S+)", authorization)
    if not match:
        raise ApiError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization"
            " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    key = match[1]
    if key.startswith(("sk_live_", "rk_live_")):
        raise ApiError(401, "This is the stand-in: it refuses live keys. Use one of sk_test_….")
    if not re.fullmatch(r"(sk|rk)_test_\w+", key):
        raise ApiError(401, f"Invalid API Key provided: {'*' * min(len(key), 40)}")


def check_version(version: str | None) -> None:
    if version not in (None, API_VERSION):
        raise ApiError(
            400, f"The stand-in speaks {API_VERSION} only, not {version[:40] if version else ''}."
        )


def _route(method: str, path: str) -> tuple[Route, list[str]]:
    for route, pattern in _MATCHED:
        if route.method == method and (match := pattern.fullmatch(path)):
            return route, [unquote(name) for name in match.groups()]
    raise ApiError(
        404,
        f"Unrecognized request URL ({method}: {path[:200]}). The stand-in speaks a part of Stripe's"
        " API; this is not of it.",
    )


def _fingerprint(request: Request, given: Json) -> str:
    text = json.dumps([request.method, request.path, given], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _broken() -> Answer:
    error = ApiError(500, "An unknown error occurred, on order.", kind="api_error")
    return Answer(500, _json(error.body()))


def _json(thing: Json) -> str:
    return json.dumps(thing, ensure_ascii=False)
