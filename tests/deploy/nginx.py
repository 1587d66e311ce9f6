"""nginx with the paper's own configuration, on ports and in folders of a test."""

import getpass
import http.client
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from newsroom.dev.house import until
from newsroom.dev.processes import ends_with_parent, free_port, is_listening

ROOT = Path(__file__).resolve().parents[2]
NAME = "paper.example"
INSTALL = "Install them with: apt install nginx openssl"
# Says where an answer came from; in production the log does.
TOLD = (
    "add_header X-Cache $upstream_cache_status always; add_header X-Server $upstream_addr always;"
)
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
HAS_BROTLI = BROTLI.exists()
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SHORT = 1  # seconds, where production waits longer for slow readers
FOR_TESTS = {
    r"(client_(?:header|body)_timeout) 10s;": rf"\1 {SHORT}s;",
    r" buffer=32k flush=5s;": ";",
    # Says where a page came from; in production the log does.
    r"(root [^;]+;)(?=\n\n)": r"\1 add_header X-Cache $upstream_cache_status always;",
}


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def cache(self) -> str:
        """MISS, HIT, EXPIRED, UPDATING, STALE; empty when nothing was to be kept."""
        return self.headers.get("X-Cache", "")


class Nginx:
    """`web` are the ports of the paper's web servers; static/ and media/ lie in `folder`.

    As in production it has patience with slow readers, and tells nobody where a page came from.
    """

    def __init__(
        self, folder: Path, web: tuple[int, int], *, as_in_production: bool = False
    ) -> None:
        for program in ("nginx", "openssl"):
            if shutil.which(program) is None:
                raise AssertionError(f"There is no {program} on this machine. {INSTALL}")
        self.folder, self.web = folder, web
        self.http, self.https = free_port(), free_port()
        self.certificate = folder / "fullchain.pem"
        for each in ("static", "media", "temporary", "challenges"):
            (folder / each).mkdir(parents=True, exist_ok=True)
        text = (ROOT / "deploy/nginx.conf").read_text()
        for pattern, here in (self._places() | ({} if as_in_production else FOR_TESTS)).items():
            text, found = re.subn(pattern, here, text)
            assert found, f"deploy/nginx.conf has no {pattern} any more"
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(text)
        self._make_certificate()
        self._tls = ssl.create_default_context(cafile=self.certificate)
        self._process: subprocess.Popen[bytes] | None = None

    def _places(self) -> dict[str, str]:
        """What stands in the file, as a pattern, and what takes its place."""
        temporary = "".join(
            f"{each}_temp_path {self.folder}/temporary/{each};" for each in TEMPORARY
        )
        return {
            r"include /etc/nginx/modules-enabled/\*\.conf;": (
                f"load_module {BROTLI};" if HAS_BROTLI else ""
            ),
            r"# brotli_static on;": "brotli_static on;" if HAS_BROTLI else "",
            r"user www-data;": f"user {getpass.getuser()};",
            r"/run/nginx\.pid": f"{self.folder}/nginx.pid",
            r"/var/log/nginx/": f"{self.folder}/",
            r"/var/lib/nginx/": f"{self.folder}/",
            r"/var/lib/newsroom;": f"{self.folder};",
            r"/var/www/html;": f"{self.folder}/challenges;",
            r"/etc/letsencrypt/live/paper\.example/": f"{self.folder}/",
            r"listen \[::\]:.*;\n": "\n",
            r"listen 80\b": f"listen 127.0.0.1:{self.http}",
            r"listen 443\b": f"listen 127.0.0.1:{self.https}",
            r"127\.0\.0\.1:8001\b": f"127.0.0.1:{self.web[0]}",
            r"127\.0\.0\.1:8002\b": f"127.0.0.1:{self.web[1]}",
            r"server_tokens off;": f"server_tokens off; {temporary}",
        }

    def _make_certificate(self) -> None:
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
                "-addext", f"subjectAltName=DNS:{NAME}",
                "-keyout", self.folder / "privkey.pem", "-out", self.certificate,
            ],
            check=True, capture_output=True,
        )  # fmt: skip

    def check(self) -> str:
        """What `nginx -t` says when it does not like the file; empty when it does."""
        tried = subprocess.run(
            ["nginx", "-t", "-q", "-c", self.configuration, "-e", self.folder / "start.log"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return tried.stderr if tried.returncode else ""

    def start(self) -> None:
        assert self.check() == ""
        command: list[str | Path] = [
            "nginx", "-c", self.configuration, "-g", "daemon off;", "-e", self.folder / "start.log",
        ]  # fmt: skip
        self._process = subprocess.Popen(command, preexec_fn=ends_with_parent())
        assert until(lambda: is_listening(self.https), seconds=10), self.check()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def log(self) -> str:
        return (self.folder / "access.log").read_text()

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=20)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(plain, server_hostname=NAME)

    def ask(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Answer:
        link = http.client.HTTPSConnection(NAME, self.https, context=self._tls)
        link.sock = self.connect()
        try:
            link.request(method, path, body, {"Host": NAME, **(headers or {})})
            answer = link.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            link.close()

    def ask_plainly(self, path: str) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.http, timeout=20)
        try:
            link.request("GET", path, headers={"Host": NAME})
            answer = link.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            link.close()

    def say(self, words: bytes) -> bytes:
        """Anything at all, and the head of what comes back; empty when nothing does."""
        heard = b""
        with self.connect() as link:
            link.sendall(words)
            while b"\r\n\r\n" not in heard and (more := link.recv(65536)):
                heard += more
        return heard
