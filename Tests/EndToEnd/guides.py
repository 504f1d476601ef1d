"""Guides of the tests' own: one to work with, and one full of what a careless reader loses."""

HARBOUR = """\
# Harbour Runbook

What the night shift of a small container harbour has learned.

- **Owner**: harbour engineering
- **Escalate**: duty engineer, extension 4711

## Cranes

### Crane refuses to swing
- `E-4410 slew interlock open` on the operator's panel
- the jib stays where it is while the hoist works
- **Cause**: the switch of the cab door has not closed
- **Fix**: Close the cab door until it clicks, then press reset.
- **Verify**: the panel says `slew ready`
- **Fix**: Restart the slew controller:

```sh
slewctl restart --crane 3
```

- **Risk**: disruptive
- **Also seen as**: crane stuck; slew interlock

```sample
slewd[312]: E-4410 slew interlock open, motion inhibited
```

### Hoist brake overheats
- `E-4471 brake temperature high` after long lowering
- **Fix**: Let the drum cool for twenty minutes and lower in steps.

## Quay

### Berth booking code is rejected
- the portal answers `booking code malformed`
- **Cause**: the code was cut when it was copied from the message
- **Check**: berth-code: length 8..12
- **Fix**: Copy the whole code, which has between 8 and 12 characters.

```sample
portal: booking code malformed: got 5 characters
```

### Gate camera stays dark
- the gate's picture is black after a power cut
- `camd: no keyframe from gate-2`
"""

# Every line here is one that a reader of headings, lists and fences can get wrong.
TRAPS = """\
# Traps \u2014 a guide

Introduction with a [link](https://example.com/a_(b)) and  two  spaces.\u0020\u0020
Hard break above; a tab\there; a no-break\u00a0space; caf\u00e9 and cafe\u0301.

## Table of Contents
- [First](#first)
- Second

* * *

## First ##

### Comments that look like headings
- Seen in a build log
- **Fix**: Set the variable:

```sh
# this is a comment, not a heading
## nor this
### nor this
export A="<id>-<endpoint>"
```

Also set: `NODE_OPTIONS="--a --b"`

### An issue without a fix
Common trouble:
- one thing
- another thing `~/.config/<name>`

### Fences of other kinds

~~~~text
```
### inside a longer fence
```
~~~~

    ### indented code is no heading

<pre>
### inside an HTML block

## still inside
</pre>

- **Unknown label**: kept as it stands
- **Cause**: two   spaces,\ttab
  - nested
    - deeper
1) numbered
#hashtag is no heading
####### seven is too many

### Same title
- first of two
- **Fix**: a\\
  b

### Same title
- second of two


#### A level four heading belongs to the issue
text under it

### Empty issue

## Second

A section with text of its own.

| a | b |
|---|---|
| `x` | c |

### \u2192 Arrow \u2014 dash & <angle>
- `EventExpiryDuration` \u2265 3
- **Fix**: see <https://example.com/>
<!-- a comment
### in a comment
-->

```sample
2024-05-03T10:00:00Z error: it's "quoted" \u2014 and odd
```

```
an unclosed fence runs to the end
### not a heading
"""


def variants() -> dict[str, bytes]:
    """The same guide as different editors and systems save it."""
    text = TRAPS.encode()
    lines = text.split(b"\n")
    mixed = b"".join(
        line + (b"\r\n" if number % 3 else b"\n") for number, line in enumerate(lines[:-1])
    )
    return {
        "as it is": text,
        "CRLF": text.replace(b"\n", b"\r\n"),
        "mixed line ends": mixed,
        "a byte order mark": b"\xef\xbb\xbf" + text,
        "no newline at the end": text.rstrip(b"\n"),
        "many newlines at the end": text + b"\n\n\n",
        "blank lines before the title": b"\n\n" + text,
        "front matter": b"---\ntitle: Traps\ntags: [a, b]\n---\n" + text,
        "one issue per file": b"# A pump stops\n\n## Symptoms\n\nIt is quiet.\n\n"
        b"## Cause\n\nNo power.\n\n## Resolution\n\n1. Plug it in.\n",
        "underlined headings": b"Traps\n=====\n\nFirst\n-----\n\n### An issue\n- a\n- **Fix**: b\n",
        "no heading at all": b"Just a line, and no heading.\n",
    }
