"""Where the mails of a history go: a file of Message-IDs, which outlives a process that is killed."""

import atexit
import os
import tempfile
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  as long as the process
atexit.register(_file.close)
_refusals = [0]


class Backend(BaseEmailBackend):
    """Takes every mail, unless it was told to refuse some."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if _refusals[0] > 0:
                _refusals[0] -= 1
                raise ConnectionRefusedError("the mail server is away, on order")
            line = f"{message.extra_headers['Message-ID']}\n".encode()
            os.write(_file.fileno(), line)
        return len(email_messages)


def refuse(times: int) -> None:
    _refusals[0] = times


def empty() -> None:
    refuse(0)
    _file.seek(0)
    _file.truncate()


def message_ids() -> list[str]:
    """Of all that went out, with repetitions."""
    _file.seek(0)
    return _file.read().decode().splitlines()
