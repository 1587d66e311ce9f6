"""Pages for when there is nothing to show, each with a way onward."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsroom.page import PageFacts


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(
        request,
        "404.html",
        {"page": PageFacts(kind="error", language="en")},
        status=404,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Something went wrong.", status=500)
