"""After a test that committed: empty what it wrote, and nothing else.

Django empties every table and then makes permissions and desks anew, which takes longer than most
of the tests.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TransactionTestCase

# What migrations leave, and every test relies on.
LEFT_BY_MIGRATIONS = [
    model._meta.db_table for model in (ContentType, Permission, Group, Group.permissions.through)
]


def empty_only_what_was_written() -> Callable[[], None]:
    """From now on; what is called with the function it gives is as Django has it again."""
    case: Any = TransactionTestCase
    as_django_does = case._fixture_teardown
    written = sorted(
        set(connection.introspection.django_table_names(only_existing=True, include_views=False))
        - set(LEFT_BY_MIGRATIONS)
    )
    left = _left()

    def tear_down(self: Any) -> None:
        nonlocal left
        if set(self._databases_names(include_mirrors=False)) != {"default"} or _left() != left:
            as_django_does(self)
            left = _left()
        elif filled := _filled(written):
            _ask("TRUNCATE {} CASCADE".format(", ".join(f'"{table}"' for table in filled)))

    case._fixture_teardown = tear_down

    def stop() -> None:
        case._fixture_teardown = as_django_does

    return stop


def _filled(tables: list[str]) -> list[str]:
    """Those that hold a row, in one question."""
    each = (
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608 - our own names
        for table in tables
    )
    return [row[0] for row in _ask(" UNION ALL ".join(each))]


def _left() -> list[tuple[str, ...]]:
    each = (
        f"SELECT '{table}', md5(string_agg(row::text, ' ' ORDER BY row.id)) "  # noqa: S608
        f'FROM "{table}" AS row'
        for table in LEFT_BY_MIGRATIONS
    )
    return _ask(" UNION ALL ".join(each))


def _ask(question: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall() if cursor.description else []
