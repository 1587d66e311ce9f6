"""A paper in production: a PostgreSQL, two web servers and nginx, each of which may be stopped."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import lxml.html
import psycopg

from newsroom.dev import postgres
from newsroom.dev.house import until
from newsroom.dev.processes import ends_with_parent, free_port, is_listening
from tests.deploy.nginx import NAME, ROOT, Answer, Nginx
from tests.environment import QUICK


class Database:
    """With the tables of the tests' own."""

    def __init__(self, folder: Path, tables: str) -> None:
        server = postgres.start(folder / "postgres", options=QUICK)
        assert server.process is not None
        self.url, self._process = server.url, server.process
        self._cluster = (folder / "postgres").resolve()
        programs = postgres._programs()
        dump: list[str | Path] = [programs / "pg_dump", "--no-owner", tables]
        made = subprocess.run(dump, capture_output=True, check=True).stdout
        fill: list[str | Path] = [programs / "psql", "--quiet", "--set=ON_ERROR_STOP=1", self.url]
        subprocess.run(fill, input=made, stdout=subprocess.DEVNULL, check=True)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # sessions are ended, and whoever comes is refused
        self._process.wait(30)

    def start(self) -> None:
        """Where it was before."""
        command = shlex.split((self._cluster / "postmaster.opts").read_text())
        with self._cluster.with_name("again.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                preexec_fn=ends_with_parent(signal.SIGINT), **postgres._as_user(),
            )  # fmt: skip
        assert until(self._answers, seconds=30)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class WebServer:
    """gunicorn as in the unit, with one process."""

    def __init__(self, log: Path, env: Mapping[str, str]) -> None:
        self.log, self.env, self.port = log, env, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        command: list[str | Path] = [
            sys.executable, "-W", "ignore", "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py",
            "--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--preload",
            "--log-level", "warning",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=ends_with_parent(),
            )  # fmt: skip

    def is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        return is_listening(self.port)

    def stop(self) -> None:
        """As systemd does it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None


class Paper:
    def __init__(self, folder: Path, tables: str) -> None:
        self.database = Database(folder, tables)
        own = {"SITE_URL": f"https://{NAME}", "BEHIND_PROXY": "1", "SERVE_MEDIA": "0"}
        env = os.environ | own | {"DATABASE_URL": self.database.url}
        self.web = [WebServer(folder / f"web-{number}.log", env) for number in (1, 2)]
        self.nginx = Nginx(folder / "front", (self.web[0].port, self.web[1].port))
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            for each in self.web:
                each.begin()
            self.places = self._first_edition(env)
            assert until(lambda: all(each.is_up() for each in self.web), seconds=60)
            self.nginx.start()
            undo.pop_all()

    def _first_edition(self, env: Mapping[str, str]) -> dict[str, str]:
        command = [sys.executable, "-W", "ignore", "-m", "tests.deploy.first_edition"]
        made = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        return dict(json.loads(made.stdout))

    def stop(self) -> None:
        self.nginx.stop()
        for each in self.web:
            each.stop()
        self.database.stop()

    def log(self) -> str:
        return "".join(each.log.read_text()[-3000:] for each in self.web)


class Desk:
    """An editor's browser without JavaScript, on the other side of nginx."""

    def __init__(self, nginx: Nginx) -> None:
        self.nginx = nginx
        self.cookies: dict[str, str] = {}

    def open(self, address: str) -> Answer:
        return self._ask(address)

    def fill_in(self, address: str, **changed: str) -> Answer:
        """Change fields of the page's form and send it."""
        page = lxml.html.fromstring(self.open(address).body)
        (form,) = [
            each for each in page.forms if each.method == "POST" and "id" in each.attrib
            and each.attrib["id"].endswith("form") and "logout" not in each.attrib["id"]
        ]  # fmt: skip
        fields = [(name, value) for name, value in form.form_values() if name not in changed]
        boundary = "a-line-between-fields"
        body = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in [*fields, *changed.items()]
        )
        return self._ask(
            address,
            {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Origin": f"https://{NAME}",
                "Referer": f"https://{NAME}{address}",
            },
            f"{body}--{boundary}--\r\n".encode(),
        )

    def _ask(
        self, address: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.nginx.ask(
            address,
            {"Cookie": jar, **(headers or {})},
            method="GET" if body is None else "POST",
            body=body,
        )
        for each in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer
