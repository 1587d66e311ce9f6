"""What a request asks for, as far as a page depends on it: its path, and what it reads of the query."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.urls import Resolver404, resolve

# None: all of them.
Parameters = frozenset[str] | None
# Longer ones belong to nobody's page.
LONGEST_QUERY = 2_000
MOST_FIELDS = 100


@dataclass(frozen=True)
class Kind:
    is_for_readers: bool = False
    parameters: Parameters = frozenset()
    needs_database: bool = True
    is_desk: bool = False


FILE = Kind(needs_database=False)
# The address may be an old one, which is remembered with its whole query.
UNKNOWN = Kind(is_for_readers=True, parameters=None)


@lru_cache(maxsize=1_000)
def kind_of(path: str) -> Kind:
    """`path` as WSGI has it. An address that leads nowhere is a reader page too."""
    if path.startswith(settings.STATIC_URL):
        return FILE
    try:
        found = resolve(get_path_info({"PATH_INFO": path}))
    except Resolver404:
        return UNKNOWN
    parameters: Parameters = getattr(found.func, "query_parameters", None)
    if parameters is None:
        needs_database = getattr(found.func, "needs_database", True)
        return Kind(needs_database=needs_database, is_desk="admin" in found.app_names)
    return Kind(is_for_readers=True, parameters=parameters)


def read_parameters(query: str, parameters: Parameters) -> str:
    """The part of a query that the page reads, always in the same order and spelling."""
    if not query or parameters == frozenset() or len(query) > LONGEST_QUERY:
        return ""
    if parameters is None:
        return query
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    # Of one that is there twice Django reads the last.
    read = {name: value for name, value in fields if name in parameters}
    return urlencode(sorted((name, value) for name, value in read.items() if value))


@lru_cache(maxsize=512)
def accepted_encoding(accept_encoding: str) -> str:
    """`br`, `gzip`, or "" for a page as it is: the best that the browser says it can read."""
    qualities: dict[str, float] = {}
    for part in accept_encoding[:500].lower().split(","):
        name, _, parameters = part.strip().partition(";")
        qualities[name.strip()] = _quality(parameters)
    rest = qualities.get("*", 0.0)
    for encoding in ("br", "gzip"):
        if qualities.get(encoding, rest if encoding == "gzip" else 0.0) > 0:
            return encoding
    return ""


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
