#!/usr/bin/python3
"""Holds the errors used in src/ to schema/errors/*.toml: check_errors.py, or --self-test.

Every id given to fail() or make_error() is in the catalogue, with exactly the placeholders of its text and remedy; every entry
has code, http, text and remedy; codes are unique; every entry is used.
"""
import glob
import os
import re
import sys
import tomllib

CALL = re.compile(r'\b(fail|make_error)\s*\(\s*"([^"]+)"')
ID = re.compile(r'"([a-z_]+\.[a-z_0-9]+)"')
KEY = re.compile(r'\{\s*"([a-z_0-9]+)"\s*,')
PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
CODE = re.compile(r"[A-Z]{2}-\d{4}")


def read_catalogue(texts):
    """file name -> text of TOML; gives id -> entry, and problems."""
    catalogue, codes, problems = {}, {}, []
    for name, text in texts.items():
        for area, entries in tomllib.loads(text).items():
            for key, entry in entries.items():
                identifier = area + "." + key
                if identifier in catalogue:
                    problems.append("%s: %s is there twice" % (name, identifier))
                catalogue[identifier] = entry
                for part in ("code", "http", "text", "remedy"):
                    if not entry.get(part):
                        problems.append("%s: %s has no %s" % (name, identifier, part))
                code = entry.get("code", "")
                if not CODE.fullmatch(code):
                    problems.append("%s: the code '%s' of %s does not read XX-0000" % (name, code, identifier))
                if code in codes:
                    problems.append("%s: %s and %s share the code %s" % (name, identifier, codes[code], code))
                codes[code] = identifier
    return catalogue, problems


def without_comments(text):
    return re.sub(r'("(?:\\.|[^"\\\n])*")|//[^\n]*', lambda match: match.group(1) or "", text)


def argument_list(text, start):
    """The text of a call from its opening parenthesis to the closing one, strings skipped."""
    depth, i = 0, start
    while i < len(text):
        if text[i] == '"':
            i = text.index('"', re.compile(r'(?:\\.|[^"\\])*').match(text, i + 1).end())
        elif text[i] in "({":
            depth += 1
        elif text[i] in ")}":
            depth -= 1
            if depth == 0:
                return text[start:i + 1]
        i += 1
    return text[start:]


def top_level_keys(arguments):
    """Keys of {{"key", value}, ...}; None when the arguments are a variable."""
    braces = arguments.find("{")
    rest = arguments.split(",", 1)
    if len(rest) == 1:
        return set()
    if not rest[1].lstrip().startswith("{"):
        return None
    keys, depth = set(), 0
    for i in range(braces, len(arguments)):
        if arguments[i] == "{":
            depth += 1
            match = KEY.match(arguments, i)
            if depth == 2 and match:
                keys.add(match.group(1))
        elif arguments[i] == "}":
            depth -= 1
    return keys


def check(texts, code_files):
    catalogue, problems = read_catalogue(texts)
    areas = {identifier.split(".")[0] for identifier in catalogue}
    used = set()
    for name, text in code_files.items():
        text = without_comments(text)
        is_test = name.endswith("_test.cpp")
        if not is_test:
            used |= {i for i in ID.findall(text) if i.split(".")[0] in areas}
        for match in CALL.finditer(text):
            identifier = match.group(2)
            where = "%s:%d: " % (name, text.count("\n", 0, match.start()) + 1)
            if identifier not in catalogue:
                problems.append(where + "'%s' is not in schema/errors/" % identifier)
                continue
            keys = top_level_keys(argument_list(text, match.start() + len(match.group(1))))
            if keys is None or is_test:
                continue
            entry = catalogue[identifier]
            wanted = set(PLACEHOLDER.findall(entry.get("text", "") + entry.get("remedy", "")))
            for missing in sorted(wanted - keys):
                problems.append(where + "%s needs {%s}" % (identifier, missing))
            for extra in sorted(keys - wanted):
                problems.append(where + "%s does not say {%s}; what is known should be told" % (identifier, extra))
    problems += ["schema/errors/: %s is used nowhere" % i for i in sorted(set(catalogue) - used)]
    return problems


def self_test():
    entry = '[geo.off]\ncode = "GE-0001"\nhttp = 422\ntext = "{x} is off."\nremedy = "Move it."\n'
    call = 'return fail("geo.off", {{"x", f(a, {1})}});  // fail("geo.comment")\n'
    cases = [
        (entry, call, None),
        (entry, call + 'make_error("geo.none");', "'geo.none' is not in"),
        (entry, 'fail("geo.off");', "needs {x}"),
        (entry, 'fail("geo.off", {{"x", a}, {"y", b}});', "does not say {y}"),
        (entry, "", "used nowhere"),
        (entry.replace("geo.off", "geo.other") + entry, call + 'fail("geo.other", {{"x", a}});', "share the code"),
        (entry.replace('remedy = "Move it."\n', ""), call, "has no remedy"),
    ]
    failures = 0
    for toml, code, expected in cases:
        problems = check({"geo.toml": toml}, {"geo/a.cpp": code})
        if (any(expected in p for p in problems) if expected else not problems):
            continue
        failures += 1
        print("expected '%s', got %s" % (expected, problems))
    print("%d cases, %d wrong" % (len(cases), failures))
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    read = lambda name: open(name, encoding="utf-8").read()
    texts = {name: read(name) for name in sorted(glob.glob("schema/errors/*.toml"))}
    code = {name: read(name) for name in sorted(glob.glob("src/**/*.cpp", recursive=True) + glob.glob("src/**/*.h", recursive=True))}
    problems = check(texts, code)
    print("\n".join(problems) or "every error is told from the catalogue")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
