"""The stand-in could leave home: the standard library, loopback, and nothing of ours."""

import ast
import sys
from pathlib import Path

import donations.stripe_stand_in as package

FOLDER = Path(package.__file__).parent


def test_it_imports_the_standard_library_and_itself() -> None:
    for source in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [str(node.module)]
            for name in names:
                ours = name.startswith("donations.stripe_stand_in")
                assert ours or name.partition(".")[0] in sys.stdlib_module_names, (source, name)


def test_nothing_imports_it() -> None:
    root = FOLDER.parents[1]
    for app in ("newsroom", "articles", "donations"):
        for source in (root / app).rglob("*.py"):
            text = source.read_text()
            if FOLDER in source.parents or "stripe_stand_in" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ImportFrom | ast.Import):
                    named = getattr(node, "module", None) or ""
                    named += " ".join(alias.name for alias in node.names)
                    assert "stripe_stand_in" not in named, source
