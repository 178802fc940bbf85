#!/usr/bin/python3
"""Writes docs/formats/quality-rules.md from schema/rules: generate_rules.py, or --check.

--check changes nothing and fails when the committed page is not what the rules say, or a rule lacks a part.
"""
import glob
import os
import sys
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "formats", "quality-rules.md")
FAMILIES = {
    "geometry": "Outlines and positions",
    "identity": "One thing entered twice",
    "dates": "Dates and their order",
    "sums": "Sums, and the denominator of every share",
    "links": "Links, places and districts",
    "overlaps": "Ground that two records claim",
    "names": "Names and words",
    "units": "Units",
    "text": "Text",
}
NEEDED = ("id", "family", "severity", "title", "what", "text", "why", "remedy", "source")

HEAD = """# Quality rules

<!-- Written by tools/generate_rules.py from schema/rules/*.toml. Change those, then run it. -->

`firmground check PROGRAMME` holds the records of a programme against these {count} rules and lists every record that breaks one, with
what to do. A rule is a file in `schema/rules/`; what it looks for is a function of the same name in `src/register/checks/`.

- **error**: a figure or a map is wrong as long as it stands. **warning**: something is very likely wrong. **review**: a person should
  look; often nothing needs doing.
- A **fix** is offered only where one answer is possible. `check --fix` enters it as a new version with author, reason and the rule's id;
  nothing is ever changed in place. What a person must decide has no fix.
- A date known to the month or year only is given the benefit of the doubt: a rule on dates speaks when no day that it can mean would fit.
- Many faults never get this far: `import` refuses or notes them with the row (what it says stands in the file of refused rows).

A profile sets thresholds, within the bounds given here, and switches a rule off with a reason that `check` repeats:

```toml
[rules.corners-far-apart]
gap_m = 8000.0

[rules.stale-claim]
off = "claims are reviewed outside the register until 2027"
```

A programme keeps the profile of the day it was made; `check --settings FILE` takes a file with such tables on top of it.
The output of `check --json` is described in [check.md](check.md).
"""


def load(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def number(value):
    return ("%.7f" % value).rstrip("0").rstrip(".") if value < 1e-3 and value else "%g" % value if value < 1e6 else "%d" % value


def section(rule):
    lines = ["### %s" % rule["id"], "", "**%s** (%s). %s" % (rule["title"], rule["severity"], rule["what"]), "",
             "> %s" % rule["text"], "", "- Why: %s" % rule["why"], "- What to do: %s" % rule["remedy"],
             "- Fix offered: %s" % rule.get("fix", "none, a person decides.")]
    if rule.get("kinds"):
        lines.append("- Kinds: %s." % ", ".join("`%s`" % kind for kind in rule["kinds"]))
    if rule.get("fields"):
        lines.append("- Fields: %s." % ", ".join("`%s`" % field for field in rule["fields"]))
    if rule.get("orders"):
        lines.append("- Orders: %s." % ", ".join("`%s`" % order for order in rule["orders"]))
    if rule.get("words"):
        lines.append("- Words: %s." % ", ".join("`%s`" % word for word in rule["words"]))
    for name, parameter in rule.get("parameter", {}).items():
        unit = "" if parameter["unit"] == "1" else " " + parameter["unit"]
        lines.append("- Threshold `%s` = %s%s (%s to %s). %s" % (
            name, number(parameter["value"]), unit, number(parameter["minimum"]), number(parameter["maximum"]), parameter["help"]))
    return lines + ["- Source: %s." % rule["source"], ""]


def page(rules):
    lines = [HEAD.replace("{count}", str(len(rules))), "| rule | severity | what it tells | fix |", "|---|---|---|---|"]
    for family in FAMILIES:
        for rule in rules:
            if rule["family"] == family:
                lines.append("| [%s](#%s) | %s | %s | %s |" % (
                    rule["id"], rule["id"], rule["severity"], rule["title"], "yes" if rule.get("fix") else ""))
    for family, title in FAMILIES.items():
        lines += ["", "## %s" % title, ""]
        for rule in rules:
            if rule["family"] == family:
                lines += section(rule)
        lines.pop()
    return "\n".join(lines).rstrip("\n") + "\n"


def problems_of(path, rule):
    problems = ["it has no %s" % part for part in NEEDED if not rule.get(part)]
    if rule.get("id") != os.path.splitext(os.path.basename(path))[0]:
        problems.append("its id is not its name")
    if rule.get("family") not in FAMILIES:
        problems.append("its family is none of %s" % ", ".join(FAMILIES))
    if rule.get("severity") not in ("error", "warning", "review"):
        problems.append("its severity is not error, warning or review")
    for name, parameter in rule.get("parameter", {}).items():
        if not parameter["minimum"] <= parameter["value"] <= parameter["maximum"]:
            problems.append("%s lies outside its own bounds" % name)
    return ["%s: %s" % (os.path.relpath(path, ROOT), problem) for problem in problems]


def main():
    paths = sorted(glob.glob(os.path.join(ROOT, "schema", "rules", "*.toml")))
    rules = [load(path) for path in paths]
    problems = [problem for path, rule in zip(paths, rules) for problem in problems_of(path, rule)]
    if problems:
        print("\n".join(problems))
        return 1
    text = page(rules)
    if "--check" in sys.argv[1:]:
        current = open(PAGE, encoding="utf-8").read() if os.path.exists(PAGE) else ""
        if current != text:
            print("docs/formats/quality-rules.md is not what schema/rules says: run tools/generate_rules.py")
            return 1
        return 0
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
