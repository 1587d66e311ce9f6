from django.http import Http404, HttpRequest, HttpResponse


def preview(request: HttpRequest, signed: str) -> HttpResponse:
    raise Http404
