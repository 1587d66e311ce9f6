"""What an export says about itself, gathered before anything is written.

A story names pictures, parents and other stories that may stand anywhere in the file, and the
file may be larger than any memory: so the first reading fills a small database on disk, which is
thrown away with the import.
"""

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from articles.importers import php_serialize
from articles.importers.dates import Clock
from articles.importers.filing import Tree
from articles.importers.old_site import address_of, file_key, host_of, path_key, source_of
from articles.importers.wxr import Broken, Item, Person, Record, Site, Term

TABLES = """
CREATE TABLE items (
    source TEXT, key TEXT, sequence INTEGER, kind TEXT, status TEXT, has_password INTEGER,
    date TEXT, date_gmt TEXT, published TEXT, slug TEXT, title TEXT, link TEXT, parent TEXT,
    slug_here TEXT, day_here TEXT, address_here TEXT,
    PRIMARY KEY (source, kind, key));
CREATE TABLE files (
    source TEXT, number TEXT, key TEXT, url TEXT, title TEXT, alt TEXT, caption TEXT, credit TEXT,
    parent TEXT, position INTEGER, link TEXT, PRIMARY KEY (source, number));
CREATE INDEX files_by_key ON files (source, key);
CREATE INDEX files_by_parent ON files (source, parent, position);
CREATE TABLE paths (source TEXT, path TEXT, kind TEXT, key TEXT, PRIMARY KEY (source, path));
CREATE TABLE people (source TEXT, login TEXT, name TEXT, bio TEXT, PRIMARY KEY (source, login));
CREATE TABLE used (source TEXT, taxonomy TEXT, slug TEXT, name TEXT, times INTEGER,
    PRIMARY KEY (source, taxonomy, slug));
CREATE TABLE sections (source TEXT, slug TEXT, times INTEGER, PRIMARY KEY (source, slug));
CREATE TABLE topics (source TEXT, taxonomy TEXT, slug TEXT, PRIMARY KEY (source, taxonomy, slug));
CREATE INDEX items_here ON items (day_here, slug_here);
CREATE TABLE reusable (source TEXT, number TEXT, body TEXT, PRIMARY KEY (source, number));
"""
STORIES = ("post", "page")
# Kept for every post whose embeds WordPress looked up: one key each.
EVER_NEW_META = ("_oembed_",)
MOST_META_KEYS = 5_000


@dataclass
class OldSite:
    """One site of which the file holds an export. Hosts are without `www.`."""

    source: str
    title: str
    language: str
    base_path: str
    hosts: set[str] = field(default_factory=set)
    file_hosts: set[str] = field(default_factory=set)
    tree: Tree = field(default_factory=Tree)


class Survey:
    """Close it, or use `with`: its database is a temporary file."""

    def __init__(self, clock: Clock, named: str = "") -> None:
        """`named` is the address of the old site, when the file's own is not to be believed."""
        self.clock = clock
        self.sites: dict[str, OldSite] = {}
        self.broken: list[Broken] = []
        self.items: Counter[str] = Counter()
        self.comments: Counter[str] = Counter()
        self.meta: Counter[str] = Counter()
        self.taxonomies: Counter[str] = Counter()
        self._named = named
        self._sequence = 0
        self._folder = tempfile.TemporaryDirectory(prefix="newsroom-import-")
        self.database = sqlite3.connect(Path(self._folder.name) / "survey.sqlite3")
        self.database.row_factory = sqlite3.Row
        self.database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {TABLES}")

    def __enter__(self) -> "Survey":
        return self

    def __exit__(self, *error: object) -> None:
        self.database.close()
        self._folder.cleanup()

    def take(self, records: Iterator[Record]) -> None:
        """Reads a file to its end."""
        site: OldSite | None = None
        waiting: list[Person | Term] = []
        for record in records:
            if isinstance(record, Site):
                site = self._site(record)
            elif isinstance(record, Broken):
                self.broken.append(record)
            elif isinstance(record, Item):
                assert site is not None
                self._item(site, record)
            elif site is None:
                waiting.append(record)
            elif isinstance(record, Person):
                self._person(site, record.login, record.name, "")
            else:
                self._term(site, record)
        self.database.commit()

    def site_of(self, record: Site) -> OldSite:
        return self.sites[source_name(record, self._named)]

    def is_last(self, site: OldSite, item: Item, sequence: int) -> bool:
        """The same thing may stand in the file twice; the later one counts."""
        row = self.one(
            "SELECT sequence FROM items WHERE source=? AND kind=? AND key=?",
            site.source, item.kind, key_of(item),
        )  # fmt: skip
        return row is None or row["sequence"] == sequence

    def one(self, query: str, *values: Any) -> Any:
        return self.database.execute(query, values).fetchone()

    def all(self, query: str, *values: Any) -> Iterator[Any]:
        return iter(self.database.execute(query, values))

    def _site(self, record: Site) -> OldSite:
        source = source_name(record, self._named)
        site = self.sites.get(source)
        if site is None:
            base = self._named or record.base_url
            site = OldSite(source, record.title, record.language, address_of(base).rstrip("/"))
            self.sites[source] = site
        site.hosts |= {host_of(each) for each in (record.base_url, record.link, self._named)} - {""}
        return site

    def _person(self, site: OldSite, login: str, name: str, bio: str) -> None:
        if login:
            self.database.execute(
                "INSERT INTO people VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET "
                "name=CASE WHEN excluded.name!='' THEN excluded.name ELSE name END, "
                "bio=CASE WHEN excluded.bio!='' THEN excluded.bio ELSE bio END",
                (site.source, login, name, bio),
            )

    def _term(self, site: OldSite, term: Term) -> None:
        self.taxonomies[term.taxonomy] += 1
        if term.taxonomy in {"category", "post_tag"}:
            site.tree.add(term)

    def _item(self, site: OldSite, item: Item) -> None:
        self._sequence += 1
        self.items[item.kind] += 1
        self.comments.update(item.comments)
        for key, _value in item.meta:
            group = next((f"{each}…" for each in EVER_NEW_META if key.startswith(each)), key)
            if group in self.meta or len(self.meta) < MOST_META_KEYS:
                self.meta[group] += 1
        self.clock.learn(item.date, item.date_gmt)
        key = key_of(item)
        self.database.execute(
            "INSERT OR REPLACE INTO items VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL,NULL)",
            (site.source, key, self._sequence, item.kind, item.status, item.has_password, item.date,
             item.date_gmt, item.published, item.slug, item.title, item.link, item.parent),
        )  # fmt: skip
        if item.kind in STORIES:
            self._paths(site, item, "item", key)
            self._labels(site, item)
            if item.creator:
                self._person(site, item.creator, "", "")
        elif item.kind == "attachment":
            self._paths(site, item, "file", key)
            self._file(site, item)
        elif item.kind == "wp_block":
            self.database.execute(
                "INSERT OR REPLACE INTO reusable VALUES (?,?,?)", (site.source, key, item.body)
            )
        elif item.kind == "guest-author":
            self._guest(site, item)

    def _paths(self, site: OldSite, item: Item, kind: str, key: str) -> None:
        paths = {path_key(address_of(item.link))} if item.link else set()
        if item.number:
            names = {"post": ("p",), "page": ("p", "page_id")}.get(
                item.kind, ("p", "attachment_id")
            )
            paths |= {path_key(f"{site.base_path}/?{name}={item.number}") for name in names}
        self.database.executemany(
            "INSERT OR IGNORE INTO paths VALUES (?,?,?,?)",
            [(site.source, path, kind, key) for path in sorted(paths) if path],
        )

    def _labels(self, site: OldSite, item: Item) -> None:
        for label in item.labels:
            if label.taxonomy == "author":
                login = label.slug.removeprefix("cap-")
                self._person(site, login, "", "")
                # Only until the head or the author's own item tells the name in full.
                self.database.execute(
                    "UPDATE people SET name=? WHERE source=? AND login=? AND name=''",
                    (label.name, site.source, login),
                )
            elif label.taxonomy in {"category", "post_tag"} and label.slug and item.kind == "post":
                self.database.execute(
                    "INSERT INTO used VALUES (?,?,?,?,1) ON CONFLICT DO UPDATE SET times=times+1",
                    (site.source, label.taxonomy, label.slug, label.name),
                )
        if item.kind == "post" and item.status != "trash":
            filing = site.tree.file(item)
            self.database.executemany(
                "INSERT OR IGNORE INTO topics VALUES (?,?,?)",
                [(site.source, taxonomy, slug) for taxonomy, slug in filing.topics],
            )
            if filing.section:
                self.database.execute(
                    "INSERT INTO sections VALUES (?,?,1) ON CONFLICT DO UPDATE SET times=times+1",
                    (site.source, filing.section),
                )

    def _file(self, site: OldSite, item: Item) -> None:
        url = item.file_url or item.guid
        site.file_hosts.add(host_of(url))
        self.database.execute(
            "INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (site.source, key_of(item), item.first_meta("_wp_attached_file") or file_key(url), url,
             item.title, item.first_meta("_wp_attachment_image_alt"), item.excerpt, _credit(item),
             item.parent, item.menu_order, item.link),
        )  # fmt: skip

    def _guest(self, site: OldSite, item: Item) -> None:
        login = item.slug.removeprefix("cap-") or item.first_meta("cap-user_login")
        name = item.first_meta("cap-display_name") or item.title
        self._person(site, login, name, item.first_meta("cap-description"))


def key_of(item: Item) -> str:
    """The old id; for files made by hand, whatever else tells one item from another."""
    return (item.number or item.guid or item.link or f"{item.date} {item.title}")[:200]


def source_name(record: Site, named: str) -> str:
    return source_of(named or record.base_url)


def _credit(item: Item) -> str:
    if credit := item.first_meta("_media_credit"):
        return credit
    try:
        data = php_serialize.loads(item.first_meta("_wp_attachment_metadata"))
        return str(data["image_meta"]["credit"])
    except (php_serialize.NotPhp, KeyError, TypeError):
        return ""
