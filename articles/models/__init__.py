from articles.models.article import (
    Article,
    ArticleQuerySet,
    Byline,
    Correction,
    RelatedArticle,
    Status,
)
from articles.models.author import Author
from articles.models.front_page import FrontPageSlot
from articles.models.image import Image
from articles.models.imported_item import ImportedItem
from articles.models.page import Page
from articles.models.redirect import Redirect
from articles.models.section import Section
from articles.models.topic import Topic

__all__ = [
    "Article",
    "ArticleQuerySet",
    "Author",
    "Byline",
    "Correction",
    "FrontPageSlot",
    "Image",
    "ImportedItem",
    "Page",
    "Redirect",
    "RelatedArticle",
    "Section",
    "Status",
    "Topic",
]
