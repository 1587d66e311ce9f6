"""A page that a cache, a mirror or a reader kept from an older release finds its files."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Two releases in one folder, as a deployment does it: a file changes between them.
TWO_RELEASES = """
import sys
from pathlib import Path
import django
from django.conf import settings
django.setup()
from django.core.management import call_command
from django.test import Client

source = Path(sys.argv[1])
settings.STATICFILES_DIRS = [source]
# Ours alone: the admin has hundreds.
settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
addresses = []
from django.contrib.staticfiles.storage import staticfiles_storage as storage
for release in ("one", "two", "three"):
    (source / "kept.js").write_text(f"export const release = '{release}';")
    call_command("collectstatic", interactive=False, verbosity=0)
    storage.hashed_files = storage.load_manifest()[0]
    addresses.append(storage.url("kept.js"))
assert len(set(addresses)) == 3, addresses
for release, address in zip(("one", "two", "three"), addresses):
    response = Client().get(address, secure=True)
    assert response.status_code == 200, address
    assert release.encode() in b"".join(response.streaming_content)
    assert Client().get(address + "x", secure=True).status_code == 404
"""


def test_a_file_of_an_older_release_is_still_served(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", TWO_RELEASES, str(source)],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "ENV_FILE": "tests/production.env",
            "STATIC_ROOT": str(tmp_path / "static"),
            "ALLOWED_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
