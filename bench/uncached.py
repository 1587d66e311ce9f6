"""The paper without its page cache: every reader's page is rendered."""

from django.core.wsgi import get_wsgi_application

import newsroom.wsgi  # noqa: F401 - prepares the process as in production

application = get_wsgi_application()
