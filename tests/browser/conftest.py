"""Whole journeys in Chromium: real HTTP, real PostgreSQL, the stand-in as a process."""

from pathlib import Path
from typing import Any

import pytest

from newsroom.dev import chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = chromium.find()
    if found is None:
        pytest.fail("There is no Chromium here. `make test` says how to install it.")
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A phone, unless a test asks for another screen."""
    return {**browser_context_args, "viewport": {"width": 360, "height": 740}}
