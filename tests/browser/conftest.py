"""Whole journeys in Chromium: real HTTP, real PostgreSQL, the stand-in as a process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from newsroom.dev import chromium

NewReader = Callable[..., Page]


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


@pytest.fixture
def new_reader(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> Iterator[NewReader]:
    """`new_reader(java_script_enabled=False, …)` opens a browser that knows nothing yet."""
    contexts: list[BrowserContext] = []

    def new(**options: Any) -> Page:
        context = browser.new_context(
            **{**browser_context_args, "base_url": live_server.url, **options}
        )
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def reader(request: pytest.FixtureRequest, new_reader: NewReader) -> Page:
    return new_reader(java_script_enabled=request.param)
