#!/usr/bin/python3
"""Holds a commit message to CONTRIBUTING.md: check_commit_message.py FILE, or --self-test."""
import re
import sys

SUBJECT = re.compile(r"^(?:[a-z][a-z0-9-]*(?:, [a-z][a-z0-9-]*)*): [A-Z][^ ]* ?.*[^.]$")
# Git writes these subjects itself.
GENERATED = re.compile(r'^(Merge |Revert "|fixup! |squash! )')
# "Added", "Adding", "Adds": the imperative is "Add".
NOT_IMPERATIVE = re.compile(r"^(?!Embed|Need|Feed|Seed|Speed|Proceed|Shed|Bring|String|Ring|Spring|Process|Pass|Address|Express|Cross|"
                            r"Discuss|Bless|Focus|Access|Compress|Assess|Dress|Press|Guess|Toss|Miss)[A-Z][a-z]+(ed|ing|s)$")


def problems(message):
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0] if lines else ""
    if GENERATED.match(subject):
        return []
    found = []
    if not SUBJECT.match(subject):
        found.append("the subject reads 'area: Imperative subject', without a full stop (estimate: Refuse an observation off the grid)")
    elif NOT_IMPERATIVE.match(subject.split(": ", 1)[1].split()[0]):
        found.append("the subject is an order: 'Add', not 'Added', 'Adding' or 'Adds'")
    if len(subject) > 72:
        found.append("the subject has %d columns; 72 are read everywhere" % len(subject))
    if len(lines) > 1 and lines[1].strip():
        found.append("a blank line stands between subject and body")
    return found


def self_test():
    good = ["estimate: Refuse an observation off the grid", "web, serve: Show why", "base: Keep one catalogue\n\nWhy.", "Merge branch 'x'"]
    bad = ["Fix things", "estimate: refuse it", "estimate: Adds a thing", "estimate: Refuse it.", "a: " + "X" * 80, "geo: Cut\nno blank"]
    wrong = [m for m in good if problems(m)] + [m for m in bad if not problems(m)]
    for message in wrong:
        print("judged wrongly: %r" % message)
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    found = problems(open(sys.argv[1], encoding="utf-8").read())
    for problem in found:
        print("commit message: " + problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
