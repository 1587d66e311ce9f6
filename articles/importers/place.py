"""What one text refers to: pictures, other stories, reusable blocks, its own footnotes."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from articles.importers.findings import Attachment
from articles.importers.media import Pictures
from articles.importers.old_site import (
    PROXIES,
    address_of,
    file_keys,
    host_of,
    path_key,
)
from articles.importers.run import Run
from articles.importers.survey import OldSite
from articles.importers.wxr import Item
from articles.models import Redirect
from articles.old_addresses import spellings


class Place:
    """The `Surroundings` of one item. `reused` collects the texts that it took from elsewhere."""

    def __init__(self, run: Run, site: OldSite, pictures: Pictures, item: Item) -> None:
        self.reused: list[str] = []
        self._run = run
        self._site = site
        self._pictures = pictures
        self._item = item

    def attachment(self, number: str) -> Attachment | None:
        row = self._run.survey.one(
            "SELECT * FROM files WHERE source=? AND number=?", self._site.source, number
        )
        if row is not None:
            return self._attachment(row)
        picture = self._pictures.numbered(number)
        if picture is None:
            return None
        return Attachment(number, "", "", picture.alt, picture.caption, picture)

    def attachment_at(self, url: str) -> Attachment | None:
        if not self._is_of_the_site(url):
            return None
        for key in file_keys(url):
            row = self._run.survey.one(
                "SELECT * FROM files WHERE source=? AND key=?", self._site.source, key
            )
            if row is not None:
                return self._attachment(row)
            if picture := self._pictures.at_path(key):
                return Attachment("", url, "", picture.alt, picture.caption, picture)
        path = self._path(url)
        return self.attachment(path["key"]) if path and path["kind"] == "file" else None

    def attachments_of_story(self) -> Iterable[Attachment]:
        rows = self._run.survey.all(
            "SELECT * FROM files WHERE source=? AND parent=? ORDER BY position, CAST(number AS INTEGER)",
            self._site.source, self._item.number,
        )  # fmt: skip
        return [
            self._attachment(row)
            for row in rows
            if row["url"].rpartition(".")[2].lower()
            not in {"mp3", "mp4", "pdf", "ogg", "mov", "m4a", "wav"}
        ]

    def address(self, url: str) -> str | None:
        if not self._is_of_the_site(url):
            return None
        fragment = urlsplit(url).fragment
        return (f"{new}#{fragment}" if fragment else new) if (new := self._new_address(url)) else ""

    def reusable(self, number: str) -> str | None:
        row = self._run.survey.one(
            "SELECT body FROM reusable WHERE source=? AND number=?", self._site.source, number
        )
        if row is None:
            return None
        self.reused.append(row["body"])
        return str(row["body"])

    def footnotes(self) -> list[tuple[str, str]]:
        try:
            notes = json.loads(self._item.first_meta("footnotes") or "[]")
            return [(str(note["id"]), str(note["content"])) for note in notes]
        except (ValueError, KeyError, TypeError):
            return []

    def old_addresses(self) -> list[str]:
        """All by which readers came to the item: of its own, of its pictures' pages, and numbers."""
        base, number, link = self._site.base_path, self._item.number, self._item.link
        own = address_of(link) if link and host_of(link) in self._site.hosts else ""
        found = [own]
        if number:
            found.append(f"{base}/?p={number}")
            if self._item.kind == "page":
                found.append(f"{base}/?page_id={number}")
            rows = self._run.survey.all(
                "SELECT number, link FROM files WHERE source=? AND parent=? ORDER BY number",
                self._site.source, number,
            )  # fmt: skip
            for row in rows:
                found += [address_of(row["link"]), f"{base}/?attachment_id={row['number']}"]
        if "?" not in own and own.strip("/"):
            parent = own.rstrip("/").rpartition("/")[0]
            found += [
                f"{parent}/{unquote(value)}/"
                for key, value in self._item.meta
                if key == "_wp_old_slug" and value
            ]
        return [each for each in dict.fromkeys(found) if each.strip("/")]

    def _attachment(self, row: Any) -> Attachment:
        return Attachment(
            number=row["number"],
            url=row["url"],
            title=row["title"],
            alt=row["alt"],
            caption=row["caption"],
            picture=self._pictures.numbered(row["number"]),
        )

    def _is_of_the_site(self, url: str) -> bool:
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            return False
        if parts.scheme and parts.scheme not in {"http", "https"}:
            return False
        host = host_of(url)
        if not host:
            return not parts.netloc
        return (
            host in self._site.hosts
            or host in self._site.file_hosts
            or bool(PROXIES.match(host) and parts.path[1:].partition("/")[0] in self._site.hosts)
        )

    def _path(self, url: str) -> Any:
        # `../other/` is meant from where the item was.
        whole = urljoin(self._item.link or f"{self._site.base_path}/", url)
        return self._run.survey.one(
            "SELECT * FROM paths WHERE source=? AND path=?",
            self._site.source, path_key(address_of(whole)),
        )  # fmt: skip

    def _new_address(self, url: str) -> str:
        whole = urljoin(self._item.link or f"{self._site.base_path}/", url)
        address = address_of(whole)
        if address.rstrip("/") == self._site.base_path and not urlsplit(whole).query:
            return "/" if host_of(whole) in self._site.hosts or not host_of(whole) else ""
        if path := self._path(url):
            return self._address_of(path["kind"], path["key"])
        plain, _mark, query = address.partition("?")
        known = {
            each.old_address: each
            for each in Redirect.objects.filter(old_address__in=spellings(plain, query))
        }
        for spelling in spellings(plain, query):
            if spelling in known:
                return known[spelling].target.get_absolute_url()
        return ""

    def _address_of(self, kind: str, key: str) -> str:
        if kind == "file":
            row = self._run.survey.one(
                "SELECT parent FROM files WHERE source=? AND number=?", self._site.source, key
            )
            key = row["parent"] if row else ""
        row = self._run.survey.one(
            "SELECT address_here FROM items WHERE source=? AND key=? AND kind IN ('post','page')",
            self._site.source, key,
        )  # fmt: skip
        return (row["address_here"] or "") if row else ""
