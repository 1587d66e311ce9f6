"""The demo paper's pictures: each function cuts one plate. No camera, no download."""

from collections.abc import Callable

from PIL import Image

from articles.demo.engraving import Plate
from articles.demo.pictures import land, things, town, water

Cut = Callable[[int], Plate]

# By name, such as `ballot-box`.
PICTURES: dict[str, Cut] = {
    cut.__name__.replace("_", "-"): cut
    for cut in (
        land.mountains,
        land.wheat,
        land.reservoir,
        land.observatory,
        land.radio_mast,
        water.delta,
        water.harbour,
        water.lighthouse,
        water.night_ferry,
        water.heron,
        water.isobars,
        town.skyline,
        town.viaduct,
        town.library,
        town.stage,
        things.ballot_box,
        things.soup,
        things.seed_jars,
        things.type_case,
        things.coins,
        things.letter,
    )
}


def draw(name: str, width: int) -> Image.Image:
    """The picture of that name, `width` pixels wide."""
    return PICTURES[name](width).printed()
