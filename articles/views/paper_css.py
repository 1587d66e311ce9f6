from django.http import HttpRequest, HttpResponse

from newsroom.pagecache import depends_on, reader_page
from newsroom.paper import paper_of


@reader_page()
def paper_css(request: HttpRequest) -> HttpResponse:
    """The paper's own colours. A file of its own, because the page allows no inline style."""
    paper = paper_of(request)
    depends_on("paper")
    rule = f":root{{--accent:{paper.accent_colour};--accent-dark:{paper.accent_colour_dark}}}\n"
    return HttpResponse(rule, content_type="text/css; charset=utf-8")
