"""A WordPress export (WXR 1.0 to 1.2), read as a stream: one thing of it in memory at a time.

No document type, no entities, no network. Two exports in one file are read one after the other;
behind a broken place reading goes on with the next item.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from articles.importers.export_text import ExportText, Unreadable

# In characters, of one item with its comments. WordPress itself gives up long before.
LARGEST_THING = 64 * 1024 * 1024
LONGEST_PROLOG = 1024 * 1024

AT_ITEMS = re.compile(r"(?=<item[\s>])|(?<=</rss>)")
BEFORE_THE_ROOT = re.compile(r"(?:\s|\ufeff|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
UNFINISHED = re.compile(r"<(?:!(?:-(?:-.*)?)?|\?.*)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Site:
    """The head of an export: which site it is of."""

    title: str
    link: str
    base_url: str
    language: str
    version: str


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A category, tag or term of the head. `parent` is a slug."""

    taxonomy: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A term as an item wears it."""

    taxonomy: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    number: str
    kind: str
    status: str
    title: str
    link: str
    guid: str
    creator: str
    body: str
    excerpt: str
    slug: str
    date: str
    date_gmt: str
    published: str
    modified_gmt: str
    parent: str
    menu_order: int
    is_sticky: bool
    has_password: bool
    file_url: str
    labels: tuple[Label, ...]
    meta: tuple[tuple[str, str], ...]
    comments: dict[str, int] = field(default_factory=dict)

    def first_meta(self, key: str) -> str:
        return next((value for name, value in self.meta if name == key), "")


@dataclass(frozen=True, slots=True)
class Broken:
    """A place that is no XML. `line` is where the thing begins that was lost there."""

    line: int
    reason: str


Record = Site | Person | Term | Item | Broken


def read(text: ExportText) -> Iterator[Record]:
    """Everything of an export in its order. Raises Unreadable when it is none, or hostile."""
    reader = _Reader()
    for piece in text.pieces():
        for part in AT_ITEMS.split(piece):
            if part:
                yield from reader.feed(part)
    yield from reader.finish()


class _Reader:
    def __init__(self) -> None:
        self._parser: Any = None
        self._prolog = ""
        self._documents = 0
        self._is_skipping = False
        self._line = 1
        # Where the item under way begins.
        self._item_line = 0
        self._since = 0
        self._depth = 0
        self._head: dict[str, str] = {}
        self._is_head_told = False
        self._has_wordpress = False
        self._root: Any = None
        self._namespaces = ""

    def feed(self, part: str) -> Iterator[Record]:
        if part.startswith("<item"):
            self._item_line = self._line
            if self._is_skipping:
                self._begin_again()
        if self._is_skipping:
            # Another export may follow in the same file.
            self._is_skipping = not part.endswith("</rss>")
        elif self._parser is None:
            yield from self._before_the_root(part)
        else:
            yield from self._parse(part)
        self._line += part.count("\n")

    def finish(self) -> Iterator[Record]:
        if self._parser is not None and not self._is_skipping:
            yield from self._tell_head()
            yield Broken(self._item_line or self._line, "The file ends in the middle.")
        elif self._prolog.strip("\ufeff \r\n\t"):
            if not self._documents:
                raise Unreadable("This is not a WordPress export: it is not even XML.")
            yield Broken(self._line, "There is something behind the end of the export.")
        if not self._documents:
            raise Unreadable("The file is empty.")
        if not self._has_wordpress:
            raise Unreadable(
                "This is a feed, not a WordPress export. "
                "In WordPress, choose Tools, Export, All content."
            )

    def _before_the_root(self, part: str) -> Iterator[Record]:
        self._prolog += part
        begins = BEFORE_THE_ROOT.match(self._prolog)
        assert begins is not None
        rest = self._prolog[begins.end() :]
        if len(self._prolog) > LONGEST_PROLOG and (not rest or UNFINISHED.match(rest)):
            raise Unreadable("This is not a WordPress export: a megabyte of it holds no element.")
        if not rest or UNFINISHED.match(rest):
            if not rest:
                self._prolog = ""
            return
        if rest[:2] == "<!":
            raise Unreadable(
                "The file declares a document type. WordPress never does, and it can be a trap: "
                "nothing was read."
            )
        if not re.match(r"<[A-Za-z]", rest):
            if not self._documents:
                raise Unreadable("This is not a WordPress export: it is not even XML.")
            self._is_skipping = True
            self._prolog = ""
            yield Broken(self._line, "There is something behind the end of the export.")
            return
        self._prolog = ""
        self._begin()
        yield from self._parse(rest)

    def _begin(self) -> None:
        self._documents += 1
        self._depth, self._since = 0, 0
        self._head, self._is_head_told, self._root = {}, False, None
        self._parser = _new_parser()

    def _begin_again(self) -> None:
        """Behind a broken place: as if the next item were the first."""
        self._is_skipping = False
        self._depth, self._since, self._root = 0, 0, None
        self._parser = _new_parser()
        self._parser.feed(f"<rss{self._namespaces}><channel>".encode())

    def _parse(self, part: str) -> Iterator[Record]:
        self._since += len(part)
        if self._since > LARGEST_THING:
            raise Unreadable(
                f"One thing in the file, at line {self._line}, is larger than "
                f"{LARGEST_THING // 1024 // 1024} MB."
            )
        try:
            try:
                self._parser.feed(part.encode("utf-8", "replace"))
            except etree.XMLSyntaxError as error:
                yield from self._events()
                raise error
            yield from self._events()
        except etree.XMLSyntaxError as error:
            if self._root is None:
                raise Unreadable(f"This is not a WordPress export: {error.msg}.") from error
            yield from self._tell_head()
            self._is_skipping, self._parser = True, None
            yield Broken(self._item_line or self._line, f"{error.msg}.")

    def _events(self) -> Iterator[Record]:
        for event, element in self._parser.read_events():
            if event == "start":
                if self._depth == 0:
                    self._check_root(element)
                self._depth += 1
                continue
            self._depth -= 1
            if self._depth == 2:
                yield from self._thing(element)
                _forget(element)
                self._since = 0
            elif self._depth == 0:
                yield from self._tell_head()
                self._parser = None
                return

    def _check_root(self, root: Any) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise Unreadable("The file declares a document type: nothing was read.")
        name = _name(root.tag)
        if name != "rss":
            raise Unreadable(f"This is not a WordPress export: it begins with <{name}>, not <rss>.")
        self._root = root
        self._namespaces = "".join(
            f' xmlns:{prefix}="{url}"'
            for prefix, url in root.nsmap.items()
            if prefix and '"' not in url and "<" not in url and "&" not in url
        )

    def _thing(self, element: Any) -> Iterator[Record]:
        name = _name(element.tag)
        if name == "item":
            yield from self._tell_head()
            item = _item(element)
            if item is not None:
                self._has_wordpress = True
                yield item
        elif name in HEAD_THINGS:
            self._has_wordpress = True
            yield from self._tell_head()
            yield HEAD_THINGS[name](_texts(element))
        elif name in {"title", "link", "language", "wp:base_blog_url", "wp:base_site_url",
                      "wp:wxr_version"}:  # fmt: skip
            self._has_wordpress |= name.startswith("wp:")
            self._head.setdefault(name, _text(element))

    def _tell_head(self) -> Iterator[Record]:
        if not self._is_head_told:
            self._is_head_told = True
            of = self._head.get
            yield Site(
                title=of("title", ""),
                link=of("link", ""),
                base_url=of("wp:base_blog_url", "") or of("link", "") or of("wp:base_site_url", ""),
                language=of("language", ""),
                version=of("wp:wxr_version", ""),
            )


def _new_parser() -> Any:
    return etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        # One text above 10 MB is allowed; LARGEST_THING bounds it, and there are no entities.
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )


def _forget(element: Any) -> None:
    parent = element.getparent()
    element.clear()
    if parent is not None:
        for earlier in list(parent[: parent.index(element)]):
            parent.remove(earlier)


@lru_cache(maxsize=1024)
def _name(tag: str) -> str:
    """`wp:post_id`, `content:encoded`, `title`: whatever prefixes and versions the file uses."""
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        return tag
    namespace, _, local = tag[1:].partition("}")
    if "wordpress.org/export" in namespace:
        return f"{'excerpt' if 'excerpt' in namespace else 'wp'}:{local}"
    if "modules/content" in namespace:
        return f"content:{local}"
    if "purl.org/dc" in namespace:
        return f"dc:{local}"
    return f"other:{local}"


def _text(element: Any) -> str:
    return (element.text or "").strip()


def _texts(element: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        found.setdefault(_name(child.tag), _text(child))
    return found


def _person(texts: dict[str, str]) -> Person:
    login = texts.get("wp:author_login", "")
    names = (texts.get("wp:author_first_name", ""), texts.get("wp:author_last_name", ""))
    return Person(
        login=login,
        name=texts.get("wp:author_display_name", "") or " ".join(filter(None, names)) or login,
    )


def _category(texts: dict[str, str]) -> Term:
    return Term(
        taxonomy="category",
        slug=texts.get("wp:category_nicename", ""),
        name=texts.get("wp:cat_name", ""),
        parent=texts.get("wp:category_parent", ""),
        description=texts.get("wp:category_description", ""),
        number=texts.get("wp:term_id", ""),
    )


def _tag(texts: dict[str, str]) -> Term:
    return Term(
        taxonomy="post_tag",
        slug=texts.get("wp:tag_slug", ""),
        name=texts.get("wp:tag_name", ""),
        description=texts.get("wp:tag_description", ""),
        number=texts.get("wp:term_id", ""),
    )


def _term(texts: dict[str, str]) -> Term:
    return Term(
        taxonomy=texts.get("wp:term_taxonomy", ""),
        slug=texts.get("wp:term_slug", ""),
        name=texts.get("wp:term_name", ""),
        parent=texts.get("wp:term_parent", ""),
        description=texts.get("wp:term_description", ""),
        number=texts.get("wp:term_id", ""),
    )


HEAD_THINGS: dict[str, Any] = {
    "wp:author": _person,
    "wp:category": _category,
    "wp:tag": _tag,
    "wp:term": _term,
}


def _item(element: Any) -> Item | None:
    """None when it has nothing of WordPress: the item of an ordinary feed."""
    texts: dict[str, str] = {}
    labels, meta = [], []
    comments: Counter[str] = Counter()
    for child in element:
        name = _name(child.tag)
        if name == "category":
            label = Label(
                child.get("domain") or "category", child.get("nicename") or "", _text(child)
            )
            labels.append(label)
        elif name == "wp:postmeta":
            pair = _texts(child)
            meta.append((pair.get("wp:meta_key", ""), pair.get("wp:meta_value", "")))
        elif name == "wp:comment":
            comments[_texts(child).get("wp:comment_approved", "")] += 1
        elif name in {"content:encoded", "excerpt:encoded"}:
            # Behind a broken CDATA there may be elements: their text belongs to the body too.
            texts.setdefault(name, "".join(child.itertext()))
        else:
            texts.setdefault(name, _text(child))
    if not any(name.startswith("wp:") for name in texts):
        return None
    of = texts.get
    order = of("wp:menu_order", "0")
    return Item(
        number=of("wp:post_id", ""),
        kind=of("wp:post_type", "") or "post",
        status=of("wp:status", "") or "publish",
        title=of("title", ""),
        link=of("link", ""),
        guid=of("guid", ""),
        # Files edited by hand have lost a bracket there.
        creator=of("dc:creator", "").strip("<> "),
        body=of("content:encoded", ""),
        excerpt=of("excerpt:encoded", "").strip(),
        slug=of("wp:post_name", ""),
        date=of("wp:post_date", ""),
        date_gmt=of("wp:post_date_gmt", ""),
        published=of("pubDate", ""),
        modified_gmt=of("wp:post_modified_gmt", ""),
        parent=of("wp:post_parent", "0") or "0",
        menu_order=int(order) if order.lstrip("-").isdecimal() else 0,
        is_sticky=of("wp:is_sticky", "") == "1",
        has_password=bool(of("wp:post_password", "")),
        file_url=of("wp:attachment_url", ""),
        labels=tuple(labels),
        meta=tuple(meta),
        comments=dict(comments),
    )
