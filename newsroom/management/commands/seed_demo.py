"""Fill an empty paper with the demo: each app's `demo` module does its own part."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import module_has_submodule


class Command(BaseCommand):
    help = "Fill an empty paper with the demo newspaper. A second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--empty", action="store_true", help="Only the sign-ins: a paper with nothing in it."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo fills a demo only: set DEMO=1.")
        from newsroom.demo import seed

        seed()
        if options["empty"]:
            return
        for config in apps.get_app_configs():
            if config.name != "newsroom" and module_has_submodule(config.module, "demo"):
                import_module(f"{config.name}.demo").seed()
