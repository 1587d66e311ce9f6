"""Categories and tags of the old site as our one section and several topics."""

from dataclasses import dataclass, field

from articles.importers.wxr import Item, Term

# WordPress puts there what nobody filed. Its number is always 1; its name is of the language.
UNFILED = frozenset({"uncategorized", "uncategorised", "uncategorized-en"})
FIRST_NUMBER = "1"
PRIMARY_KEYS = ("_yoast_wpseo_primary_category", "rank_math_primary_category", "_primary_category")
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Filing:
    """`section` is the slug of a category at the top, "" for none; `topics` are (taxonomy, slug).
    `is_choice` when several categories could have named the section."""

    section: str
    topics: tuple[tuple[str, str], ...]
    is_choice: bool = False


@dataclass
class Tree:
    """The categories and tags in the head of an export, by slug."""

    categories: dict[str, Term] = field(default_factory=dict)
    tags: dict[str, Term] = field(default_factory=dict)

    def add(self, term: Term) -> None:
        (self.categories if term.taxonomy == "category" else self.tags)[term.slug] = term

    def file(self, item: Item) -> Filing:
        """The chosen primary category, else the deepest, else the first by its slug."""
        worn = dict.fromkeys(
            label.slug for label in item.labels if label.taxonomy == "category" and label.slug
        )
        tags = dict.fromkeys(
            label.slug for label in item.labels if label.taxonomy == "post_tag" and label.slug
        )
        filed = [slug for slug in worn if not self.is_unfiled(slug)]
        topics = [("post_tag", slug) for slug in tags]
        if not filed:
            return Filing("", tuple(topics))
        primary = self._chosen(item, filed) or min(
            filed, key=lambda slug: (-len(self.line(slug)), slug)
        )
        section = self.line(primary)[-1]
        topics = [("category", slug) for slug in filed if slug != section] + topics
        sections = {self.line(slug)[-1] for slug in filed}
        return Filing(section, tuple(topics), is_choice=len(sections) > 1)

    def is_unfiled(self, slug: str) -> bool:
        known = self.categories.get(slug)
        return slug in UNFILED or (known is not None and known.number == FIRST_NUMBER)

    def line(self, slug: str) -> list[str]:
        """From a category up to the top, itself first. A circle ends where it closes."""
        found = [slug]
        while len(found) < DEEPEST:
            term = self.categories.get(found[-1])
            if term is None or not term.parent or term.parent in found:
                break
            found.append(term.parent)
        return found

    def _chosen(self, item: Item, filed: list[str]) -> str:
        for key in PRIMARY_KEYS:
            if number := item.first_meta(key):
                for slug in filed:
                    if (term := self.categories.get(slug)) and term.number == number:
                        return slug
        return ""
