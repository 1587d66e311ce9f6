"""Two probes: the process answers; it can serve."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from newsroom.pagecache import without_database


@without_database
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 with the reason while the database is away or waits for migrations."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", status=503)
    if waiting:
        return HttpResponse("migrations are waiting\n", "text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
