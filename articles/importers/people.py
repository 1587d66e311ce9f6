"""Authors of the old site: names in print. No account is made, no address of a person kept."""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles.importers import known
from articles.importers.report import BROUGHT, UNCHANGED
from articles.importers.run import Run
from articles.importers.slugs import first_free, unicode_slug
from articles.importers.survey import OldSite
from articles.importers.words import plain, shortened
from articles.models import Author

KIND = "author"


class Authors:
    def __init__(self, run: Run, site: OldSite) -> None:
        self._run = run
        self._site = site
        self._here: dict[str, int] = {}

    def bring(self) -> None:
        """All that the file names, in its head or at a story."""
        people = self._run.survey.all(
            "SELECT * FROM people WHERE source=? ORDER BY login", self._site.source
        )
        for person in people:
            login, name = person["login"], person["name"] or person["login"]
            outcome = self._bring(login, name, person["bio"])
            self._run.report.thing(_("authors"), outcome, key=login, title=name)

    def __getitem__(self, login: str) -> int:
        """The row of an author, by the name that they signed in with."""
        return self._here[login]

    def _bring(self, login: str, name: str, bio: str) -> str:
        item = known.find(self._site.source, KIND, login)
        if item and item.object_id and Author.objects.filter(pk=item.object_id).exists():
            self._here[login] = item.object_id
            return UNCHANGED
        with transaction.atomic():
            slug = unicode_slug(name, 120) or unicode_slug(login, 120) or "author"
            author = Author.objects.create(
                name=shortened(plain(name) or login, 120),
                slug=first_free(slug, 120, lambda each: Author.objects.filter(slug=each).exists()),
                bio=plain(bio),
            )
            old = f"{self._site.base_path}/author/{slugify(login, allow_unicode=True)}/"
            known.leave_redirects(author, [old])
            known.remember(self._site.source, KIND, login, author)
        self._here[login] = author.pk
        return BROUGHT
