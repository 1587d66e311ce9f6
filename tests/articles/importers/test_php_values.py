"""What plugins left in PHP's own form is read as data, never run."""

from typing import Any

import pytest

from articles.importers import php_serialize


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("N;", None),
        ("b:1;", True),
        ("i:-3;", -3),
        ("d:0.5;", "0.5"),
        ('s:3:"abc";', "abc"),
        ('s:5:"Łódź"; ', "Łódź"),
        ('a:2:{i:0;s:1:"x";s:1:"k";a:0:{}}', {0: "x", "k": {}}),
        # Its line end was one byte longer when it was counted.
        ('a:1:{s:1:"k";s:4:"a\nb";}', {"k": "a\nb"}),
    ],
)
def test_a_value_is_read(text: str, value: Any) -> None:
    assert php_serialize.loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        'O:8:"stdClass":0:{}',
        'a:1:{i:0;O:4:"Evil":1:{s:1:"x";i:1;}}',
        'C:4:"Evil":0:{}',
        "R:1;",
        "a:999999999:{i:0;i:1;}",
        "a:1:{a:0:{}i:1;}",
        "a:1:{i:0;" * 100,
        's:10:"never ends',
        "i:1;i:2;",
    ],
)
def test_an_object_or_nonsense_is_refused(text: str) -> None:
    with pytest.raises(php_serialize.NotPhp):
        php_serialize.loads(text)
