"""Related rows that come within the row they belong to: one query, however many relations.

    annotate(folded_bylines=folded(Byline.objects.filter(article=OuterRef("pk")), "id", "role"))

and on the model `folded_bylines = FoldedRows("bylines")`: then `article.bylines.all()` asks
nothing, as after `prefetch_related`, which would be a query for each relation.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, QuerySet
from django.db.models.functions import JSONObject


def folded(rows: QuerySet[Any], *columns: str, **joined: tuple[str, ...]) -> ArraySubquery:
    """These columns of the rows, in their order; `joined` are columns of what they refer to."""
    parts: dict[str, Any] = {column: column for column in columns}
    for name, its_columns in joined.items():
        parts[name] = JSONObject(**{column: f"{name}__{column}" for column in its_columns})
    return ArraySubquery(rows.values(folded=JSONObject(**parts)))


class FoldedRows:
    """The attribute that such an annotation is set on. A column left out is fetched when asked."""

    def __init__(self, relation: str) -> None:
        self.relation = relation

    def __set__(self, row: Model, folded: list[Mapping[str, Any]]) -> None:
        relation: Any = row._meta.get_field(self.relation)
        found = [_unfold(relation.related_model, values) for values in folded]
        if relation.one_to_many:
            for each in found:
                setattr(each, relation.remote_field.name, row)
        rows = getattr(row, self.relation).get_queryset()
        rows._result_cache = found
        row.__dict__.setdefault("_prefetched_objects_cache", {})[self.relation] = rows


def _unfold(model: type[Model], values: Mapping[str, Any]) -> Model:
    fields = [each for each in model._meta.concrete_fields if each.attname in values]
    row = model.from_db(
        "default",
        [each.attname for each in fields],
        [each.to_python(values[each.attname]) for each in fields],
    )
    for name in values.keys() - {each.attname for each in fields}:
        joined: Any = model._meta.get_field(name)
        setattr(row, name, _unfold(joined.related_model, values[name]))
    return row
