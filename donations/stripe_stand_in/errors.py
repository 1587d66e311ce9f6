"""Errors in Stripe's shape: an HTTP status, and a JSON body that says what was wrong where."""

from donations.stripe_stand_in.json_types import Json


class ApiError(Exception):
    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps: bool = False,
        **more: object,
    ) -> None:
        """`keeps`: what led to the error has happened nevertheless, such as a declined charge."""
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        error: Json = {"code": code, "message": message, "param": param, "type": kind, **more}
        if code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        self.error = {key: value for key, value in error.items() if value is not None}

    def body(self) -> Json:
        return {"error": self.error}


def refused(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """A request that makes no sense: 400."""
    return ApiError(400, message, param=param, code=code)


def no_such(noun: str, identifier: str, param: str = "id", status: int = 404) -> ApiError:
    """404 for the thing a path names; pass 400 for one that a parameter names."""
    message = f"No such {noun}: '{identifier}'"
    return ApiError(status, message, param=param, code="resource_missing")


def card_declined(
    message: str,
    code: str,
    decline_code: str | None = None,
    charge: str | None = None,
    *,
    keeps: bool = False,
) -> ApiError:
    return ApiError(
        402,
        message,
        kind="card_error",
        code=code,
        keeps=keeps,
        decline_code=decline_code,
        charge=charge,
    )
