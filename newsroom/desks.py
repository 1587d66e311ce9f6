"""What all desks share: lists that stand whatever their address asks for, and what waits there."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import DataError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

# No words that anybody searches for are longer.
LONGEST_SEARCH = 200


class Waiting(NamedTuple):
    """What a desk's `waiting()` says at the front of the admin, and where it leads."""

    words: str
    address: str


class PatientChangeList(ChangeList):
    """A value that no column can have finds nothing wrong with us: the list says so and starts anew."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            with transaction.atomic():
                super().__init__(*args, **kwargs)
        except (DataError, OverflowError, TypeError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error


class PatientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PatientChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])
