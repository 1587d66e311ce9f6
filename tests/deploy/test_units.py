"""The units of systemd, nginx.conf and the instructions speak of the same ports, folders and times."""

import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.nginx import ROOT

WEB, WORKER = "newsroom-web@.service", "newsroom-worker.service"
NGINX = (ROOT / "deploy/nginx.conf").read_text()
INSTRUCTIONS = (ROOT / "docs/deploy.md").read_text()


def unit(name: str) -> dict[str, str]:
    text = (ROOT / "deploy" / name).read_text().replace("\\\n", "")
    return dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z]\w*=", line))


@pytest.mark.parametrize("name", [WEB, WORKER])
def test_it_runs_what_is_there_and_writes_only_where_it_may(name: str) -> None:
    service = unit(name)
    program, *arguments = service["ExecStart"].split()
    assert program.startswith(f"{service['WorkingDirectory']}/.venv/bin/")
    assert (ROOT / ".venv/bin" / Path(program).name).exists()
    files = [each for each in arguments if each.endswith(".py")]
    assert files and all((ROOT / each).is_file() for each in files)
    folder = f"/var/lib/{service['StateDirectory']}"
    assert f"root {folder};" in NGINX
    assert f"DATA_DIR={folder}" in INSTRUCTIONS
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["User"] == service["Group"] == "newsroom"


def test_nobody_is_cut_off_while_it_stops() -> None:
    gunicorn = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    assert int(unit(WEB)["TimeoutStopSec"]) > gunicorn["graceful_timeout"]
    patience = re.search(r"--patience (\d+)", unit(WORKER)["ExecStart"])
    assert patience and int(unit(WORKER)["TimeoutStopSec"]) > int(patience[1])


def test_nginx_knows_the_web_servers_that_are_started() -> None:
    ports = set(re.findall(r"server 127\.0\.0\.1:(\d+)", NGINX))
    assert set(re.findall(r"newsroom-web@(\d+)", INSTRUCTIONS)) == ports
    assert f"for port in {' '.join(sorted(ports))}; do" in INSTRUCTIONS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("name", [WEB, WORKER])
def test_systemd_understands_it(name: str, tmp_path: Path) -> None:
    text = (ROOT / "deploy" / name).read_text()
    here = tmp_path / name.replace("@", "@8001")
    # The programs of this machine: it looks whether they are there.
    here.write_text(text.replace("/srv/newsroom", str(ROOT)))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", here],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (said.returncode, said.stderr) == (0, "")
