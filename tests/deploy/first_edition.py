"""Fills the database of DATABASE_URL with a small paper; prints where things are, as JSON."""

import json

import django


def main() -> None:
    django.setup()
    from articles.models import Article
    from tests.articles.factories import ArticleFactory, SectionFactory, TopicFactory
    from tests.desks import changing, somebody

    section, topic = SectionFactory(slug="world"), TopicFactory(slug="floods")
    kept, unread = ArticleFactory.create_batch(2, published=True, section=section, topics=[topic])
    draft: Article = ArticleFactory(
        headline="The river rose overnight", slug="the-river", section=section, topics=[topic]
    )
    places = {
        "editor": somebody("Editors", "ana").username,
        "desk": changing(draft),
        "kept": kept.get_absolute_url(),
        "unread": unread.get_absolute_url(),
    }
    print(json.dumps(places))  # noqa: T201


if __name__ == "__main__":
    main()
