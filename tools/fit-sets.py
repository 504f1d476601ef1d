#!/usr/bin/env python3
"""Makes the sets of labelled queries that the judge is fitted to and checked on.

  tools/fit-sets.py OUT [SHARED]

From Tests/Queries/agentcore.jsonl (written for this, none of it copied) and from the labelled queries and articles in
SHARED (default ../shared), nothing of which is kept here. Always the same for the same input. In OUT:

  ac-own.jsonl    questions with and without an answer, each with its guide; messages also inside logs
  ac-other.jsonl  problems of other products, asked of the AgentCore guide: none has an answer there
  ki-plain.jsonl  known-issues queries for the whole corpus
  ki-redacted.jsonl, ki-redacted-corpus.jsonl  those of kind "redacted" and the corpus they belong to
"""

import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = "agentcore-troubleshooting"

CHATTER = [
    "{time} INFO  server started on port {small}",
    "{time} INFO  GET /status 200 in {small} ms",
    "{time} DEBUG cache hit for key user:{number}",
    "{time} INFO  loaded configuration from /etc/app/config.yaml",
    "{time} WARN  slow query took {number} ms",
    "{time} INFO  job {number} finished, {small} rows written",
    "{time} INFO  heartbeat ok, queue depth {small}",
    "{time} DEBUG parsed request body of {number} bytes",
    "{time} INFO  worker {small} picked up task {number}",
    "{time} INFO  uploaded artifact build-{number}.zip",
    "{time} WARN  deprecated option 'legacyMode' is ignored",
    "{time} INFO  connected to postgres at db-{small}",
]


def in_log(text: str, seed: int) -> str:
    """The text as an error line of a log that is about other things."""
    dice = random.Random(seed)
    chosen = dice.sample(CHATTER, 5)
    lines = []
    for number in range(dice.randint(12, 36)):
        time = f"2026-04-{dice.randint(1, 28):02}T10:{number:02}:{dice.randint(0, 59):02}Z"
        lines.append(
            dice.choice(chosen).format(
                time=time, small=dice.randint(2, 90), number=dice.randint(1000, 99999)
            )
        )
    place = dice.randint(len(lines) // 2, len(lines))
    level = dice.choice(["ERROR ", "ERROR ", "FATAL ", "", "error: "])
    lines[place:place] = [f"2026-04-28T10:59:00Z {level}{part}" for part in text.split("\n")]
    return "\n".join(lines)


def read(path: Path) -> list[dict]:
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        return [json.loads(line) for line in lines]


def write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    print(f"{path}: {len(rows)}")


def own(queries: list[dict]) -> list[dict]:
    rows = []
    for number, query in enumerate(queries):
        rows.append({**query, "guide": query["guide"] or GUIDE})
        if query["guide"] not in (None, GUIDE):
            # What the other guide explains is no problem of this one.
            rows.append({**query, "id": query["id"] + "-other", "kind": "none", "relevant": [], "guide": GUIDE})
        is_message = query["kind"] == "error_line" or query["kind"] == "none" and number % 2 == 0
        is_message = is_message and query["query"].count("\n") < 10
        if is_message:
            kind = "log" if query["relevant"] else "none"
            log = in_log(query["query"], number)
            rows.append({**rows[-1], "id": query["id"] + "-log", "query": log, "kind": kind,
                         "relevant": query["relevant"], "guide": query["guide"] or GUIDE})  # fmt: skip
    return rows


def other(queries: list[dict], articles: list[dict]) -> list[dict]:
    rows = [
        {"id": query["id"], "query": query["query"], "kind": "none", "relevant": [], "guide": GUIDE}
        for query in queries
    ]
    dice = random.Random(4)
    texts = [
        (article["id"], symptom)
        for article in articles
        for symptom in article["symptoms"][:2]
        if 20 < len(symptom) < 400
    ]
    for number, (name, text) in enumerate(dice.sample(texts, 300)):
        text = in_log(text, number) if number % 4 == 0 else text
        rows.append({"id": name, "query": text, "kind": "none", "relevant": [], "guide": GUIDE})
    return rows


def main() -> None:
    out = Path(sys.argv[1])
    shared = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT.parent / "shared"
    out.mkdir(parents=True, exist_ok=True)
    known = read(shared / "eval/known_issues_dev.jsonl")
    corpus = shared / "corpora/known_issues.jsonl.gz"
    write(out / "ac-own.jsonl", own(read(ROOT / "Tests/Queries/agentcore.jsonl")))
    write(out / "ac-other.jsonl", other(known, read(corpus)))
    write(out / "ki-plain.jsonl", [query for query in known if query["kind"] != "redacted"])
    write(out / "ki-redacted.jsonl", [query for query in known if query["kind"] == "redacted"])
    with (out / "ki-redacted-corpus.jsonl").open("w") as redacted:
        subprocess.run(
            [sys.executable, shared / "corpora/redact.py", corpus, shared / "eval/known_issues_dev.jsonl"],
            stdout=redacted, check=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
