"""The WSGI application: `gunicorn newsroom.wsgi:application`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from newsroom.database import wait_briefly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    print(f"Newsroom cannot start: {error}", file=sys.stderr)
    # gunicorn reads 4 as "the application does not load" and stops instead of trying for ever.
    sys.exit(4)
wait_briefly()
