"""schemathesis asks the real server what /openapi.json says and much that it does not, with all checks.

Seeded, so that a failure is found again: FIXBOOK_SEED. `make soak` gives it a quarter of an hour.
"""

import os
import subprocess
from pathlib import Path

import pytest

from harness import ADMIN_TOKEN, ROOT, Server, copy_database, environment

SEED = os.environ.get("FIXBOOK_SEED", "7")
LONG = bool(os.environ.get("FIXBOOK_LONG"))
SECONDS = 900 if LONG else 90
EXAMPLES = 100 if LONG else 5
SCHEMATHESIS = ROOT / ".venv/bin/schemathesis"


@pytest.mark.timeout(SECONDS * 2 + 120)
def test_schemathesis_finds_nothing(shipped_database, tmp_path):
    config = Path(__file__).with_name("schemathesis.toml")
    with Server(copy_database(shipped_database, tmp_path / "fixbook.db")) as server:
        done = subprocess.run(
            [
                SCHEMATHESIS, "--config-file", config, "run", f"{server.url}/openapi.json",
                "--header", f"Authorization: Bearer {ADMIN_TOKEN}", "--seed", SEED,
                "--max-examples", str(EXAMPLES), "--max-time", str(SECONDS),
                "--continue-on-failure", "--no-color", "--output-sanitize", "false",
                # How fast it makes its questions says something of the machine, nothing of the server.
                "--suppress-health-check", "too_slow",
            ],
            cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=SECONDS * 2 + 60,
        )  # fmt: skip
        print(done.stdout[-1500:])
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
