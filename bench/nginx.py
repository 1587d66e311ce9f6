"""nginx three times: under deploy/nginx.conf, with one file, and with a plain proxy_cache."""

import getpass
import re
from pathlib import Path
from typing import NamedTuple

from bench.links import Address
from bench.paper import Server
from newsroom.dev.house import House
from newsroom.dev.processes import free_port, is_listening
from tests.deploy.nginx import HAS_BROTLI, Nginx

SITE = "https://paper.example"
DEPLOYED = "deployed"
FILE = "/story.html"
SUFFIXES = {"br": "br", "gzip": "gz"}
CONFIGURATION = Path(__file__).with_name("references.conf")
# Said by each server itself.
NOT_OF_THE_FILE = {
    "connection", "content-encoding", "content-length", "content-type", "date", "etag", "server",
    "vary",
}  # fmt: skip


class Page(NamedTuple):
    """An answer of the paper as it went to a browser: `encoding` is that of `body`."""

    headers: list[tuple[str, str]]
    encoding: str
    body: bytes


class References(NamedTuple):
    pid: int
    plain: int  # the file, over http
    file: int  # and over https
    cache: int


def best_encoding() -> str:
    """What all are asked for: brotli where this nginx can send it from a file."""
    return "br" if HAS_BROTLI else "gzip"


def start_deployed(house: House, webs: tuple[Server, Server]) -> tuple[Server, Address]:
    """nginx with the paper's own configuration, before two web servers."""
    nginx = Nginx(_folder(house, DEPLOYED), (webs[0].port, webs[1].port), as_in_production=True)
    pid = _start(house, "nginx", nginx.folder, nginx.configuration, nginx.https)
    return Server("nginx", nginx.https, pid), Address(SITE, nginx.https, nginx.certificate)


def start_references(
    house: House, plain: Page, tls: Page, webs: tuple[Server, Server]
) -> References:
    """The same page as a file over http and over https, and a cache before the web servers."""
    folder = _folder(house, "references")
    for name in ("fullchain.pem", "privkey.pem"):
        (folder / name).write_bytes((house.data / DEPLOYED / name).read_bytes())
    (folder / "temporary").mkdir()
    for name, page in (("plain", plain), ("tls", tls)):
        _write(folder / name, page)
    ports = References(0, free_port(), free_port(), free_port())
    filled_in = {
        "USER": getpass.getuser(),
        "FOLDER": str(folder),
        "PLAIN_PORT": str(ports.plain),
        "FILE_PORT": str(ports.file),
        "CACHE_PORT": str(ports.cache),
        "STATIC": "brotli_static on;" if plain.encoding == "br" else "gzip_static on;",
        "PLAIN_HEADERS": " ".join(_as_directives(plain.headers)),
        "TLS_HEADERS": " ".join(_as_directives(tls.headers)),
        "SERVERS": " ".join(f"server 127.0.0.1:{web.port};" for web in webs),
    }
    text = re.sub(
        rf"\b({'|'.join(filled_in)})\b",
        lambda word: filled_in[word[1]],
        CONFIGURATION.read_text(),
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(text)
    return ports._replace(pid=_start(house, "references", folder, configuration, ports.cache))


def _write(folder: Path, page: Page) -> None:
    folder.mkdir()
    file = folder / FILE[1:]
    # nginx asks whether the uncompressed one is there too; nobody is sent it here.
    file.touch()
    file.with_name(f"{file.name}.{SUFFIXES[page.encoding]}").write_bytes(page.body)


def _folder(house: House, name: str) -> Path:
    folder = house.data / name
    folder.mkdir()
    return folder


def _start(house: House, name: str, folder: Path, configuration: Path, port: int) -> int:
    house.start(name, "nginx", "-c", configuration, "-e", folder / "start.log", "-g", "daemon off;")
    house.wait_until(lambda: is_listening(port))
    return house.parts[-1].process.pid


def _as_directives(headers: list[tuple[str, str]]) -> list[str]:
    return [
        f'add_header {name} "{value}";'
        for name, value in headers
        if name.lower() not in NOT_OF_THE_FILE
    ]
