"""The shipped guides' other wordings are their own, not those of the queries that search is measured on."""

import json
import re

import pytest

from harness import ROOT, SHARED

QUERIES = SHARED / "eval/agentcore_dev.jsonl"
pytestmark = pytest.mark.skipif(not QUERIES.exists(), reason="needs ../shared")

# Of up to three words a product's terms alone are more than 60 %.
SHORT = 3


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def common(one: list[str], other: list[str]) -> int:
    """The length of the longest common subsequence: words in the same order, others between them."""
    row = [0] * (len(other) + 1)
    for word in one:
        next_row = [0] * (len(other) + 1)
        for place, match in enumerate(other):
            next_row[place + 1] = (
                row[place] + 1 if word == match else max(row[place + 1], next_row[place])
            )
        row = next_row
    return row[-1]


def aliases() -> list[tuple[str, str]]:
    found = []
    for guide in sorted((ROOT / "Public/guides").glob("*.md")):
        for line in guide.read_text(encoding="utf-8").splitlines():
            if line.startswith("- **Also seen as**:"):
                found += [(guide.name, alias.strip()) for alias in line.split(":", 1)[1].split(";")]
    return found


def test_no_alias_shares_more_than_60_percent_of_its_words_with_a_query():
    """Words in the same order in one line of a query: a log of forty lines has every word somewhere.

    Samples are left out: they quote what programs print, and so do the queries.
    """
    queries = [json.loads(line)["query"] for line in QUERIES.read_text().splitlines()]
    lines = [words(line) for query in queries for line in query.splitlines()]
    sets = [set(line) for line in lines]
    near = []
    for guide, alias in aliases():
        mine = words(alias)
        if len(mine) <= SHORT:
            continue
        for line, its_words in zip(lines, sets, strict=True):
            if sum(word in its_words for word in mine) > 0.6 * len(mine):
                if common(mine, line) > 0.6 * len(mine):
                    near.append(f"{guide}: {alias}")
                    break
    assert not near


def test_the_guides_have_other_wordings():
    assert len(aliases()) > 500
