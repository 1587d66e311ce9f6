from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError

from newsroom import database


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        if not database.is_limited():
            session: Connection[Any] = super().get_new_connection(conn_params)
            return session
        with database.asking():
            try:
                session = super().get_new_connection(conn_params)
            except OperationalError:
                # Refused, or not even that: either way nobody need ask again for a while.
                database.rest_if_silent()
                raise
        database.limit(session)
        return session
