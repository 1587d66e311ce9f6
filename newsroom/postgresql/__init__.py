"""Django's PostgreSQL, with the patience of `newsroom.database`."""
