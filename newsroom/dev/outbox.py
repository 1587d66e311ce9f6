"""Mail that the demo would have sent, newest first. Reads the files of Django's file backend."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from newsroom import inline

BETWEEN = b"\n" + b"-" * 79 + b"\n"
LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,)]")


@dataclass(frozen=True)
class Letter:
    key: str
    message: EmailMessage

    @property
    def recipient(self) -> str:
        return str(self.message["to"])

    @property
    def subject(self) -> str:
        return str(self.message["subject"])

    @property
    def date(self) -> datetime:
        return self.message["date"].datetime  # type: ignore[no-any-return]

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""


@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    letters = sorted(_letters(), key=lambda each: each.date, reverse=True)
    return render(request, "dev/outbox.html", {"letters": letters})


@never_cache
def letter(request: HttpRequest, key: str) -> HttpResponse:
    inline.allow("frame-src", "'self'")
    found = _find(key)
    text = found.part("plain")
    return render(
        request,
        "dev/letter.html",
        {"letter": found, "text": text, "links": LINK.findall(text), "html": found.part("html")},
    )


@never_cache
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # its types know no arguments of a view
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
    }
)
def letter_html(request: HttpRequest, key: str) -> HttpResponse:
    return HttpResponse(_find(key).part("html"))


def _letters() -> list[Letter]:
    folder = Path(settings.EMAIL_FILE_PATH)
    letters = []
    for file in sorted(folder.glob("*.log")):
        for number, raw in enumerate(file.read_bytes().split(BETWEEN)):
            if raw.strip():
                message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
                letters.append(Letter(f"{file.stem}-{number}", message))
    return letters


def _find(key: str) -> Letter:
    for each in _letters():
        if each.key == key:
            return each
    raise Http404
