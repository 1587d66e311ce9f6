"""People at their desks: they open an admin page, fill in its form as it is, and press a button."""

from typing import Any

import lxml.html
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

PASSWORD = "correct horse battery"


def somebody(desk: str | None = None, name: str = "", **extra: Any) -> User:
    """Someone with an account, of a desk (`Editors`, `Fundraisers`) or of none."""
    name = name or f"one-of-{(desk or 'none').lower()}"
    user = User.objects.create_user(name, f"{name}@paper.example", PASSWORD, is_staff=True, **extra)
    if desk is not None:
        user.groups.add(Group.objects.get(name=desk))
    return user


def administrator(name: str = "administrator") -> User:
    return User.objects.create_superuser(name, f"{name}@paper.example", PASSWORD)


class Desk:
    """A signed-in browser without JavaScript."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)

    def open(self, address: str) -> Any:
        return self.client.get(address)

    def form(self, address: str) -> dict[str, Any]:
        """What the page's form would send as it stands."""
        response = self.open(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return fields_of(response)

    def fill_in(self, address: str, press: str = "_save", **changed: Any) -> Any:
        """Change fields of the page's form, press a button, and see what comes."""
        data = {**self.form(address), **changed, press: "1"}
        return self.client.post(address, data, follow=True)


def fields_of(response: HttpResponse) -> dict[str, Any]:
    page = lxml.html.fromstring(response.content.decode())
    (form,) = page.xpath("//form[@method='post' and contains(@id, '_form')]")
    data: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in data:
            before = data[name] if isinstance(data[name], list) else [data[name]]
            data[name] = [*before, value]
        else:
            data[name] = value
    return data


def errors_of(response: Any) -> dict[str, list[str]]:
    """What the form of an admin page complains of, field by field."""
    form = response.context["adminform"].form
    return {name: [str(each) for each in errors] for name, errors in form.errors.items()}


def adding(model: str) -> str:
    return reverse(f"admin:{model}_add")


def changing(row: Any) -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
