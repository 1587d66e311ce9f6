"""What runs before anything is installed, and what it installs from."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from newsroom.dev import install

ROOT = Path(__file__).resolve().parents[2]


def test_an_old_python_can_read_the_script_that_refuses_it() -> None:
    source = (ROOT / "newsroom/dev/install.py").read_text()
    ast.parse(source, feature_version=(3, 7))


def test_an_old_python_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    monkeypatch.setattr(sys, "version", "3.9.6 (default)")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SystemExit) as stopped:
        install.main("demo")
    assert "needs Python 3.11 or newer; this is 3.9.6" in str(stopped.value)


def test_a_full_disk_is_told_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5_000_000}))
    with pytest.raises(SystemExit) as stopped:
        install.main("demo")
    assert "nearly full: 4 MB" in str(stopped.value)
    assert not (tmp_path / ".venv").exists()


def test_a_python_that_can_make_no_environment_is_told_which_package_it_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(install, "_succeeds", lambda *command: False)
    with pytest.raises(SystemExit) as stopped:
        install.main("demo")
    assert "python3-venv" in str(stopped.value)


def test_a_network_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as stopped:
        install._run([sys.executable, "-c", "raise SystemExit('no route to host')"])
    assert "no route to host" in str(stopped.value)
    assert "Is the network up" in str(stopped.value)


@pytest.mark.parametrize("name", ["runtime", "demo", "dev"])
def test_everything_installed_is_pinned_with_hashes_and_names_no_host(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    assert "://" not in text
    pins = re.findall(r"^([a-z0-9][^\s=]*)==(\S+)", text, re.MULTILINE | re.IGNORECASE)
    assert len(pins) > 20
    for block in re.split(r"\n(?=[a-z0-9])", text.strip(), flags=re.IGNORECASE):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_readme_names_only_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    readme = (ROOT / "README.md").read_text()
    said = set(re.findall(r"(?:^|`|&& |[A-Z]=\S+ )make ([a-z]+)", readme, re.MULTILINE))
    assert {"run", "test"} <= said
    assert said <= targets
    helped = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert all(f"make {each}" in helped for each in targets - {"help"})
