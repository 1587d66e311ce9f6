"""A text that is clean HTML however it got here: form, importer, shell or bulk update."""

from typing import Any

from django.db import models

from articles import html_body


class BodyField(models.TextField):  # type: ignore[type-arg]
    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = html_body.clean(getattr(instance, self.attname) or "")
        setattr(instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # `update()` and `bulk_update()` do not ask `pre_save`.
        if isinstance(value, str):
            value = html_body.clean(value)
        return super().get_db_prep_save(value, connection)
