"""Do the queue's work until asked to stop, also when PostgreSQL restarts meanwhile."""

import argparse
import asyncio
import logging
import signal
from typing import Any, cast

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

logger = logging.getLogger(__name__)

# Seconds before it starts again.
PAUSE = 1.0


class Command(BaseCommand):
    help = (
        "Sends mail, applies Stripe's events, and does what is due. SIGTERM or Ctrl-C lets it end "
        "what it is at."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at a time")
        parser.add_argument(
            "--patience", type=float, default=8, help="seconds that a job may take to end"
        )

    def handle(self, *args: Any, concurrency: int, patience: float, **options: Any) -> None:
        asyncio.run(_work(concurrency, patience))


async def _work(concurrency: int, patience: float) -> None:
    """procrastinate's worker ends, as if it had been asked to, when its connections break."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    asked = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        worker = asyncio.create_task(_one_worker(concurrency, patience))
        await asyncio.wait({worker, asked}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            worker.cancel()
            await asyncio.wait({worker})
        elif error := worker.exception():
            logger.warning("worker_ended error=%s", type(error).__name__)
        if not stopping.is_set():
            await asyncio.wait({asked}, timeout=PAUSE)


async def _one_worker(concurrency: int, patience: float) -> None:
    # New connections each time: a pool remembers those that broke.
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector):
        async with app.open_async():
            await app.run_worker_async(
                concurrency=concurrency,
                shutdown_graceful_timeout=patience,
                install_signal_handlers=False,
            )
