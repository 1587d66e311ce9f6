"""Small WordPress exports, written in the test that needs them."""

from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

OLD_SITE = "https://old.example.org"
_numbers = count(1000)


def cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def label(taxonomy: str, slug: str, name: str) -> str:
    return f"<category domain={quoteattr(taxonomy)} nicename={quoteattr(slug)}>{cdata(name)}</category>"


def item(
    body: str = "One paragraph.",
    *,
    number: int | None = None,
    kind: str = "post",
    status: str = "publish",
    title: str = "A story",
    slug: str | None = None,
    link: str | None = None,
    date: str = "2014-05-01 14:00:00",
    date_gmt: str = "2014-05-01 12:00:00",
    published: str = "Thu, 01 May 2014 12:00:00 +0000",
    modified_gmt: str = "",
    creator: str = "anna",
    excerpt: str = "",
    parent: int = 0,
    password: str = "",
    sticky: bool = False,
    file_url: str = "",
    labels: tuple[str, ...] = (),
    meta: dict[str, str] | None = None,
    more: str = "",
) -> str:
    """One `<item>`. Without a number, slug or link it gets its own."""
    number = next(_numbers) if number is None else number
    slug = f"story-{number}" if slug is None else slug
    link = f"{OLD_SITE}/2014/05/{slug}/" if link is None else link
    fields = "".join(
        f"<wp:postmeta><wp:meta_key>{escape(key)}</wp:meta_key>"
        f"<wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
        for key, value in (meta or {}).items()
    )
    return f"""<item><title>{cdata(title)}</title><link>{escape(link)}</link>
<pubDate>{published}</pubDate><dc:creator>{cdata(creator)}</dc:creator>
<guid isPermaLink="false">{OLD_SITE}/?p={number}</guid>
<content:encoded>{cdata(body)}</content:encoded><excerpt:encoded>{cdata(excerpt)}</excerpt:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_date>{date}</wp:post_date>
<wp:post_date_gmt>{date_gmt}</wp:post_date_gmt><wp:post_modified_gmt>{modified_gmt}</wp:post_modified_gmt>
<wp:post_name>{escape(slug)}</wp:post_name><wp:status>{status}</wp:status>
<wp:post_parent>{parent}</wp:post_parent><wp:menu_order>0</wp:menu_order>
<wp:post_type>{kind}</wp:post_type><wp:post_password>{cdata(password)}</wp:post_password>
<wp:is_sticky>{int(sticky)}</wp:is_sticky>
{f"<wp:attachment_url>{escape(file_url)}</wp:attachment_url>" if file_url else ""}
{"".join(labels)}{fields}{more}</item>
"""


def picture(
    number: int, path: str, *, parent: int = 0, alt: str = "", caption: str = "", **meta: str
) -> str:
    """An attachment that lay at `path` in the uploads folder."""
    return item(
        "",
        number=number,
        kind="attachment",
        status="inherit",
        title=path.rpartition("/")[2],
        slug=f"picture-{number}",
        link=f"{OLD_SITE}/2014/05/picture-{number}/",
        parent=parent,
        excerpt=caption,
        file_url=f"{OLD_SITE}/wp-content/uploads/{path}",
        meta={"_wp_attached_file": path, "_wp_attachment_image_alt": alt, **meta},
    )


def author(login: str, name: str) -> str:
    return (
        f"<wp:author><wp:author_login>{cdata(login)}</wp:author_login>"
        f"<wp:author_email>{login}@example.org</wp:author_email>"
        f"<wp:author_display_name>{cdata(name)}</wp:author_display_name></wp:author>"
    )


def category(slug: str, name: str, *, parent: str = "", number: int = 0) -> str:
    return (
        f"<wp:category><wp:term_id>{number or next(_numbers)}</wp:term_id>"
        f"<wp:category_nicename>{slug}</wp:category_nicename>"
        f"<wp:category_parent>{parent}</wp:category_parent>"
        f"<wp:cat_name>{cdata(name)}</wp:cat_name></wp:category>"
    )


def tag(slug: str, name: str) -> str:
    return (
        f"<wp:tag><wp:term_id>{next(_numbers)}</wp:term_id><wp:tag_slug>{slug}</wp:tag_slug>"
        f"<wp:tag_name>{cdata(name)}</wp:tag_name></wp:tag>"
    )


HEAD = author("anna", "Anna Petrova") + category("world", "World", number=11)
OPENING = (
    '<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">'
)


def export(*items: str, head: str = HEAD, site: str = OLD_SITE, language: str = "en-US") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
{OPENING}<channel><title>The Old Paper</title><link>{site}</link><language>{language}</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>{site}</wp:base_site_url>
<wp:base_blog_url>{site}</wp:base_blog_url>
{head}
{"".join(items)}</channel></rss>
"""


def write(folder: Path, *items: str, **given: str) -> Path:
    path = folder / "export.xml"
    path.write_text(export(*items, **given), encoding="utf-8")
    return path
