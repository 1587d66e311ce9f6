"""A database that cannot search is refused before the paper is put into it."""

import pytest
from django.db import connection

from newsroom.checks import check_words


@pytest.mark.django_db
def test_ours_can_search() -> None:
    assert check_words(None, ["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_one_that_knows_only_ascii_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{connection.settings_dict['NAME']}_ascii"
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8 '
            "LOCALE_PROVIDER libc LC_CTYPE 'C' LC_COLLATE 'C'"
        )
    ascii_only = connection.copy()
    ascii_only.settings_dict["NAME"] = name
    monkeypatch.setattr("newsroom.checks.connections", {"ascii": ascii_only})
    try:
        (found,) = check_words(None, ["ascii"])
        assert found.id == "newsroom.E005"
        assert "CREATE DATABASE" in str(found.hint)
    finally:
        ascii_only.close()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')
