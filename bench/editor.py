"""An editor at the desk, in a browser without JavaScript."""

from http.cookies import SimpleCookie
from urllib.parse import urlencode

import lxml.html

from bench.links import Address, Link

NAME = "editor@paper.example"
PASSWORD = "only for the bench, and gone with it"  # noqa: S105
Fields = list[tuple[str, str]]


class Editor:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._link = Link(address)
        self._cookies: dict[str, str] = {}
        form = self._form("/admin/login/", "login-form")
        self.send("/admin/login/", _filled_in(form, username=NAME, password=PASSWORD))

    def open(self, story: int) -> Fields:
        """What the story's form would send as it stands."""
        return self._form(_place(story), "article_form")

    def save(self, story: int, fields: Fields, **changed: str) -> None:
        self.send(_place(story), [*_filled_in(fields, **changed), ("_save", "1")])

    def send(self, path: str, fields: Fields) -> None:
        """Raises AssertionError unless the desk takes it, which it says by leading on."""
        self._link.request(
            "POST",
            path,
            urlencode(fields),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": self._address.site,
                "Referer": self._address.site + path,
                "Cookie": self._all_cookies(),
            },
        )
        answer = self._link.getresponse()
        said = answer.read()
        self._remember(answer.headers.get_all("Set-Cookie", []))
        assert answer.status == 302, f"{path}: {answer.status}\n{said.decode()[:2_000]}"

    def _form(self, path: str, name: str) -> Fields:
        answer, page = self._link.get(path, Cookie=self._all_cookies())
        assert answer.status == 200, f"{path}: {answer.status}"
        self._remember(answer.headers.get_all("Set-Cookie", []))
        (form,) = lxml.html.fromstring(page.decode()).xpath("//form[@id=$name]", name=name)
        return [(field, value or "") for field, value in form.form_values()]

    def _remember(self, set_cookies: list[str]) -> None:
        for each in set_cookies:
            self._cookies |= {name: kept.value for name, kept in SimpleCookie(each).items()}

    def _all_cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


def _place(story: int) -> str:
    return f"/admin/articles/article/{story}/change/"


def _filled_in(fields: Fields, **changed: str) -> Fields:
    return [pair for pair in fields if pair[0] not in changed] + list(changed.items())
