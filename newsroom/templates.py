"""Templates as they are sent: their indentation is for those who write them."""

import re

from django.template import Origin
from django.template.loaders import filesystem

# A line of nothing but tags that say nothing themselves. The line's end before it stays, so that
# words never run together.
SILENT = re.compile(
    r"^((?:{% (?:(?:if|elif|for|with|block|language|load|regroup) (?:(?!%})[^\n])*?"
    r"|else|empty|end(?:if|for|with|block|language)) ?%})+)\n",
    re.MULTILINE,
)


class WithoutMargins(filesystem.Loader):
    """Reads the paper's own templates. HTML loses its indentation, never a break between words."""

    def get_contents(self, origin: Origin) -> str:
        contents: str = super().get_contents(origin)
        if not str(origin.template_name).endswith(".html"):
            return contents
        return SILENT.sub(r"\1", re.sub(r"\n\s+", "\n", contents))
