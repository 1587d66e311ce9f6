"""Full-text search without a step to forget: PostgreSQL keeps the words beside the text."""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models

# PostgreSQL has no stemmer for the other languages of a paper; `simple` matches whole words.
CONFIGURATIONS = {
    "en": "english",
    "ru": "russian",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "ar": "arabic",
}
FALLBACK = "simple"


def configuration_for(language: str) -> str:
    return CONFIGURATIONS.get(language, FALLBACK)


class ArticleWords(models.Func):
    """Headline before standfirst before body, stemmed in the article's language."""

    # A text above a megabyte of words would be refused by PostgreSQL: the rest is not searched.
    LONGEST = 300_000

    def __init__(self, **extra: Any) -> None:
        super().__init__("language", "headline", "standfirst", "body", **extra)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        language, headline, standfirst, body = (
            compiler.compile(each)[0] for each in self.source_expressions
        )
        cases = " ".join(
            f"WHEN '{code}' THEN '{name}'::regconfig" for code, name in CONFIGURATIONS.items()
        )
        config = f"CASE {language} {cases} ELSE '{FALLBACK}'::regconfig END"
        text = f"left(regexp_replace({body}, '<[^>]*>', ' ', 'g'), {self.LONGEST})"
        sql = (
            f"setweight(to_tsvector({config}, {headline}), 'A') || "
            f"setweight(to_tsvector({config}, {standfirst}), 'B') || "
            f"setweight(to_tsvector({config}, {text}), 'C')"
        )
        return f"({sql})", ()


def search_words() -> models.GeneratedField:
    return models.GeneratedField(
        expression=ArticleWords(), output_field=SearchVectorField(), db_persist=True
    )
