"""The WSGI application: `gunicorn newsroom.wsgi:application`."""

import os
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from newsroom.database import wait_briefly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")


def _page_cache() -> Any:
    paper = get_wsgi_application()
    # Only now: what it stands on needs the settings.
    from newsroom.pagecache.application import PageCache, Place

    place = Place(
        site=urlsplit(settings.SITE_URL),
        hosts=settings.ALLOWED_HOSTS,
        is_behind_proxy=bool(settings.BEHIND_PROXY),
        threads=settings.WEB_THREADS,
        memory=settings.PAGE_CACHE_MB * 1024**2,
    )
    return PageCache(paper, place)


try:
    application = _page_cache()
except ImproperlyConfigured as error:
    print(f"Newsroom cannot start: {error}", file=sys.stderr)
    # gunicorn reads 4 as "the application does not load" and stops instead of trying for ever.
    sys.exit(4)
wait_briefly()
