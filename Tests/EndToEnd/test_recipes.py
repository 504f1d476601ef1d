"""The recipes of docs/recipes.md, taken from there and run, as far as one machine allows."""

import json
import os
import re
import shutil
import subprocess

import httpx
import pytest
import yaml

from harness import BINARY, ROOT, Server, copy_database, environment, free_port

EXAMPLE = "https://fixbook.example"
FAILS = "exec /app/run.sh: exec format error"
TEXT = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")


def recipe(heading: str, language: str) -> list[str]:
    """The fenced blocks of a language below a heading."""
    [part] = [part for part in TEXT.split("\n## ")[1:] if part.startswith(heading + "\n")]
    return re.findall(rf"^```{language}\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def up(shipped_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipes")
    with Server(copy_database(shipped_database, folder / "fixbook.db")) as server:
        yield server.url


@pytest.fixture(scope="module")
def down() -> str:
    """Where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def tools(tmp_path, request) -> dict[str, str]:
    """A PATH that has the recipe's script, the program and a job that fails."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "fixbook").symlink_to(BINARY)

    def program(name: str, text: str) -> None:
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    program("with-fixbook", recipe("Any command", "bash")[1])
    program("job", f"#!/bin/sh\necho to stdout\necho '{FAILS}' >&2\necho more to stdout\nexit ${{1:-7}}\n")
    program("make", "#!/bin/sh\nexec job\n")
    return environment(PATH=f"{folder}:{os.environ['PATH']}", TMPDIR=str(tmp_path))


def run(script: str, variables: dict[str, str], folder, *flags: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", *flags, "-c", script], cwd=folder, env=variables | more, capture_output=True, timeout=120
    )


@pytest.mark.parametrize("place", ["up", "down"])
@pytest.mark.parametrize("how", ["with-fixbook", "fixbook run"])
def test_any_command_keeps_its_output_and_its_exit_code(request, tools, tmp_path, place, how):
    url = request.getfixturevalue(place)
    script = "with-fixbook job" if how == "with-fixbook" else recipe("Any command", "bash")[0].replace("make deploy", "job").replace(EXAMPLE, url)
    done = run(script, tools, tmp_path, FIXBOOK=url)
    assert done.returncode == 7
    assert done.stdout == b"to stdout\nmore to stdout\n"
    assert done.stderr.startswith(FAILS.encode() + b"\n"), done.stderr
    assert (b"Build" in done.stderr) == (place == "up"), done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["bin"]


def test_with_fixbook_says_nothing_of_a_success_and_takes_what_comes(tools, tmp_path, up):
    done = run("with-fixbook job 0", tools, tmp_path, FIXBOOK=up)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"to stdout\nmore to stdout\n", FAILS.encode() + b"\n")
    done = run("echo given | with-fixbook sh -c 'cat; exit 3'", tools, tmp_path, FIXBOOK=up)
    assert (done.returncode, done.stdout) == (3, b"given\n")
    done = run("with-fixbook no-such-command", tools, tmp_path, FIXBOOK=up)
    assert done.returncode == 127
    done = run("with-fixbook printf '%s|' 'a b' '' '*'", tools, tmp_path, FIXBOOK=up)
    assert done.stdout == b"a b||*|"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_why_asks(tools, tmp_path, up, shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    [function] = recipe("In a shell", "bash")
    for line in (f"why '{FAILS}'", f"echo '{FAILS}' | why"):
        done = subprocess.run(
            [shell, "-c", f"{function}\n{line}"], cwd=tmp_path, env=tools | {"FIXBOOK": up}, capture_output=True, timeout=60
        )
        assert done.returncode == 0 and b"exec format error" in done.stdout, done


def test_cron_mails_the_job_and_what_is_known(tools, tmp_path, up):
    [table] = recipe("cron", "crontab")
    setting, line = table.strip().splitlines()
    name, value = setting.split("=", 1)
    assert (name, value) == ("FIXBOOK", EXAMPLE)
    fields = line.split(None, 5)
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields[:5])
    command = fields[5].replace("/usr/local/bin/nightly-backup", "job").replace("/usr/local/bin/", "")
    assert "%" not in command  # a line's end to cron
    done = subprocess.run(["/bin/sh", "-c", command], env=tools | {"FIXBOOK": up}, capture_output=True, timeout=60)
    assert done.returncode == 7
    assert done.stdout == b"to stdout\nmore to stdout\n" and b"exec format error" in done.stderr


def test_systemd_asks_about_the_unit_that_failed(tools, tmp_path, up):
    unit, drop_in = recipe("systemd", "ini")
    [command] = re.findall(r"^ExecStart=/bin/sh -c '(.*)'$", unit, re.MULTILINE)
    journal = tmp_path / "bin/journalctl"
    journal.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$*\" > {tmp_path}/asked\necho '{FAILS}'\n")
    journal.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("%i", "backup.service")],
        env=tools | {"FIXBOOK": up}, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0 and b"exec format error" in done.stdout
    assert "--unit backup.service" in (tmp_path / "asked").read_text()
    assert "OnFailure=fixbook-why@%n.service" in drop_in


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_units(tmp_path):
    unit, drop_in = recipe("systemd", "ini")
    (tmp_path / "fixbook-why@.service").write_text(unit)
    (tmp_path / "job.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/false\n" + drop_in)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", "./job.service", "./fixbook-why@job.service"],
        cwd=tmp_path, env=environment(SYSTEMD_UNIT_PATH=f"{tmp_path}:"), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "fixbook" in line or "job.service" in line]
    assert ours == [], done


@pytest.mark.parametrize("place", ["up", "down"])
def test_github_actions(request, tools, tmp_path, place):
    url = request.getfixturevalue(place)
    [text] = recipe("GitHub Actions", "yaml")
    job = yaml.safe_load(text)["jobs"]["test"]
    assert job["env"] == {"FIXBOOK": EXAMPLE}
    _, first, second = job["steps"]
    # What GitHub runs for `shell: bash`.
    assert first["shell"] == second["shell"] == "bash"
    flags = ["--noprofile", "--norc", "-eo", "pipefail"]
    summary = tmp_path / "summary.md"
    variables = {"FIXBOOK": url, "GITHUB_STEP_SUMMARY": str(summary)}
    done = run(first["run"], tools, tmp_path, *flags, **variables)
    assert done.returncode == 7
    assert b"to stdout" in done.stdout and FAILS.encode() in done.stdout
    assert second["if"] == "failure()"
    done = run(second["run"], tools, tmp_path, *flags, **variables)
    assert done.returncode == 0
    assert (b"exec format error" in done.stdout) == (place == "up")
    assert summary.read_bytes() == done.stdout


@pytest.mark.parametrize("place", ["up", "down"])
def test_gitlab_ci(request, tools, tmp_path, place):
    url = request.getfixturevalue(place)
    [text] = recipe("GitLab CI", "yaml")
    job = yaml.safe_load(text)["test"]
    assert job["variables"] == {"FIXBOOK": EXAMPLE}
    done = run("\n".join(job["script"]), tools, tmp_path, "-e", FIXBOOK=url)
    assert done.returncode == 7
    assert b"to stdout" in done.stdout and FAILS.encode() in done.stdout
    for status in ("failed", "success"):
        done = run("\n".join(job["after_script"]), tools, tmp_path, "-e", FIXBOOK=url, CI_JOB_STATUS=status)
        assert done.returncode == 0
        assert (b"exec format error" in done.stdout) == (place == "up" and status == "failed")


def test_prometheus_links_and_alertmanager_sends(up, shipped_database, tmp_path):
    rules, manager = (yaml.safe_load(text) for text in recipe("Prometheus, Alertmanager", "yaml"))
    [rule] = rules["groups"][0]["rules"]
    link = rule["annotations"]["runbook_url"].replace(EXAMPLE, up)
    assert link.endswith("/" + rule["alert"])
    page = httpx.get(link, headers={"Accept": "text/html"}, follow_redirects=True, trust_env=False)
    assert page.status_code == 200 and rule["alert"] in page.text
    [receiver] = manager["receivers"]
    assert manager["route"]["receiver"] == receiver["name"]
    [hook] = receiver["webhook_configs"]
    assert hook["http_config"]["authorization"]["type"] == "Bearer"
    alert = {"status": "firing", "labels": {"alertname": rule["alert"]}, "annotations": {"summary": FAILS},
             "startsAt": "2026-05-03T14:05:09Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "f"}  # fmt: skip
    sent = httpx.post(
        hook["url"].replace(EXAMPLE, up), content=json.dumps({"version": "4", "alerts": [alert]}),
        headers={"Content-Type": "application/json"}, trust_env=False,
    )  # fmt: skip
    assert sent.status_code == 200 and sent.text.startswith("opened")
