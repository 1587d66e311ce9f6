"""Uploaded files, where no web server in front gives them out."""

from pathlib import PurePosixPath

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

from newsroom.pagecache import without_database

# What a browser may show. Anything else, whatever it holds, is only ever saved to disk.
TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".webp": "image/webp",
}
DAY = 86_400


@without_database
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:
        # A name that no file can have.
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={DAY}"
    if response.status_code == 200:
        content_type = TYPES.get(PurePosixPath(path).suffix.lower())
        response["Content-Type"] = content_type or "application/octet-stream"
        response["X-Content-Type-Options"] = "nosniff"
        if content_type is None:
            response["Content-Disposition"] = "attachment"
    return response
