#!/usr/bin/python3
"""Holds what people read, and what they must maintain, to the house style: check_words.py, or --self-test.

- No string, screen or document calls land safe (IMAS speaks of released land, with date, method and depth).
- No host of a package registry and no path of one person's machine.
- A TODO has an issue number.
- A source file has at most 800 lines (web: 400).
"""
import os
import re
import subprocess
import sys

TEXT = (".cpp", ".h", ".py", ".sh", ".toml", ".ts", ".tsx", ".css", ".html", ".md", ".json", ".cmake", ".txt", ".sql")
CODE = (".cpp", ".h", ".py", ".sh", ".ts", ".tsx", ".mjs")
SAFE = re.compile(r"\b(un)?safe(ly)?\b", re.IGNORECASE)
# The word may stand where land is not meant, or where it is said that the word is not used.
SAFE_ALLOWED = re.compile(r"thread-safe|type-safe|fail-safe|safe-area-inset|[Nn]ever[^.]*\bsafe|\"safe\"|'safe'|`safe`|\(safe\)|safe to (use|call|copy) from|"
                          r"isSafeInteger|unsafe-inline|MAX_SAFE_INTEGER|dangerouslySet|calls? (it|land|ground) safe|word .?safe")
REGISTRIES = ["registry." + "npmjs", "registry." + "yarnpkg", "deb." + "debian.org", "security." + "debian.org", "files." + "pythonhosted",
              "pypi" + ".org", "proxy." + "golang", "crates" + ".io", "rubygems" + ".org", "nodesource" + ".com"]
MACHINE_PATH = re.compile(r"(?<![\w.*-])/(work|home/\w+|Users/\w+)/\w")
TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
SELF = "tools/check_words.py"


def comment_only(name, line):
    """Whether the word can only be read by programmers."""
    stripped = line.strip()
    return name.endswith((".cpp", ".h", ".ts", ".tsx")) and '"' not in stripped and stripped.startswith(("//", "/*", "*"))


def check_line(name, line):
    problems = []
    if SAFE.search(line) and not SAFE_ALLOWED.search(line) and not comment_only(name, line):
        problems.append("says 'safe'; released land has a date, a method and a depth")
    problems += ["names the registry host '%s'" % host for host in REGISTRIES if host in line]
    if MACHINE_PATH.search(line):
        problems.append("names a path of one machine")
    if TODO.search(line) and not name.endswith(".md"):
        problems.append("leaves something open without an issue number: TODO(#7)")
    return problems


def check_file(name, text):
    lines = text.splitlines()
    problems = ["%s:%d: %s" % (name, number, p) for number, line in enumerate(lines, 1) for p in check_line(name, line)]
    limit = 400 if name.startswith("web/") else 800
    generated = "generated" in "".join(lines[:3]).lower()
    if name.endswith(CODE) and len(lines) > limit and not generated:
        problems.append("%s: %d lines; split by the noun that is missing (at most %d)" % (name, len(lines), limit))
    return problems


def files():
    """Tracked and new files; a tree without git is read as it lies."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    if listed.returncode == 0:
        return sorted(set(listed.stdout.splitlines()))
    return sorted(os.path.relpath(os.path.join(folder, name)) for folder, _, names in os.walk(".") for name in names
                  if not re.search(r"/(build|node_modules|dist|\.cache)(/|$)", folder))


def self_test():
    bad = [("a.md", "This field is safe."), ("a.cpp", 'return "safe now";'), ("a.md", "see https://" + REGISTRIES[0] + ".org"),
           ("a.cpp", "// TO" + "DO later"), ("a.md", "in /wo" + "rk/main"), ("a.cpp", "x\n" * 801), ("web/src/a.ts", "x\n" * 401)]
    good = [("a.md", 'Never "safe".'), ("a.h", "/// safe to use from several threads"), ("a.cpp", "// TO" + "DO(#7) later"),
            ("a.cpp", "x\n" * 800), ("a.md", "an unsafety net")]
    wrong = [c[1][:60] for c in bad if not check_file(*c)] + [c[1][:60] for c in good if check_file(*c)]
    print("\n".join("judged wrongly: " + w for w in wrong) or "%d texts judged rightly" % (len(bad) + len(good)))
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    problems = []
    for name in files():
        script = name in ("run", "test", ".ci/run", "tools/install")
        if name == SELF or not (name.endswith(TEXT + CODE) or script) or not os.path.isfile(name):
            continue
        problems += check_file(name, open(name, encoding="utf-8").read())
    print("\n".join(problems) or "words and sizes are in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
