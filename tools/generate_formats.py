#!/usr/bin/python3
"""Writes docs/formats/import-columns.md from schema/kinds and schema/code-lists.toml: generate_formats.py, or --check.

--check changes nothing and fails when the committed page is not what the schema says.
"""
import glob
import os
import sys
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "formats", "import-columns.md")

GEOMETRY = {
    "none": "none",
    "point": "one point",
    "line": "line",
    "polygon": "polygon",
    "polygon_or_point": "polygon or one point",
    "any": "point, line or polygon",
}

HEAD = """# Import columns

<!-- Written by tools/generate_formats.py from schema/kinds/*.toml and schema/code-lists.toml. Change those, then run it. -->

`firmground import PROGRAMME FILE --as KIND` takes GeoJSON, GeoPackage, CSV, Shapefile, KML, GPX, FlatGeobuf and XLSX. Kinds stand
here in the order that links need; `import PROGRAMME FOLDER` takes the files of a folder in this order by itself.

- Columns are found by name or by one of the other names listed; letter case, blanks, hyphens and underscores do not count. Anything
  else needs a mapping file ([mapping.md](mapping.md)). Columns that the kind does not know are named in a note, not lost in silence.
- Coordinates are longitude and latitude on WGS 84, unless the file says otherwise or `--crs` is given. CSV and XLSX carry positions
  in the columns `longitude` and `latitude`, and outlines, where a kind has them, as `wkt`.
- Text is UTF-8. Numbers have a point for decimals and nothing between thousands. Dates are YYYY-MM-DD, or YYYY-MM or YYYY where only
  that is known; a year stays a year.
- Empty means not known, which is never zero. Words such as `unknown`, `n/a` and `-` in a number, a date or a link are taken as not
  known, with a note.
- A date of information may not lie in the future. Bounds are inclusive.

A row with a fault that could change its meaning is refused, with field, value, what is wrong and what to do; a row with a fault that
cannot (blanks at the end, a corner that repeats its neighbour) enters and is noted. Nothing is corrected by guessing: exchanged axes,
a lost sign or metres read as degrees are recognised and told, and the row waits for a person.
"""


def load(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def bounds(field):
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return "%g to %g" % (low, high)
    return "at least %g" % low if low is not None else "at most %g" % high if high is not None else ""


def type_text(field):
    text = "[%s](#%s)" % (field["code_list"], field["code_list"]) if field["type"] == "code" else field["type"]
    notes = [note for note in (field.get("unit", ""), bounds(field)) if note]
    return text + (", " + ", ".join(notes) if notes else "")


def remarks(field):
    text = field["help"]
    if field.get("link_kind"):
        text += " Names a record of `%s`." % field["link_kind"]
    if field.get("future_allowed"):
        text += "" if "future" in text else " May lie in the future."
    if field.get("privacy", "open") != "open":
        text += " (%s)" % field["privacy"]
    return text


def kind_section(kind):
    lines = ["## %s" % kind["name"], "", kind["help"], ""]
    needed = " (needed)" if kind["geometry_required"] else "" if kind["geometry"] == "none" else " (may be missing)"
    lines.append("Geometry: %s%s. GeoPackage layer: `%s`.%s%s" % (
        GEOMETRY[kind["geometry"]], needed, kind["table"],
        " Date of information: `%s`." % kind["information_date"] if kind.get("information_date") else "",
        " The id is made from %s when the file gives none." % ", ".join("`%s`" % part if part != "geometry" else "the geometry"
                                                                       for part in kind["generated_id"])
        if kind.get("generated_id") else ""))
    lines += ["", "| column | needed | type | meaning | also read as |", "|---|---|---|---|---|"]
    for field in kind["field"]:
        lines.append("| `%s` | %s | %s | %s | %s |" % (
            field["name"], "yes" if field.get("required") else "", cell(type_text(field)), cell(remarks(field)),
            ", ".join("`%s`" % alias for alias in field.get("aliases", []))))
    return lines + [""]


def list_section(name, code_list):
    lines = ["### %s" % name, "", "%s. Source: %s (%s)." % (code_list["title"], code_list["source"], code_list["date"]), "",
             "| value | meaning | also read as |", "|---|---|---|"]
    for value in code_list["values"]:
        meaning = value["title"] + (": " + value["help"] if value.get("help") else "")
        if value.get("valid_from") or value.get("valid_to"):
            meaning += " (valid%s%s)" % (" from %s" % value["valid_from"] if value.get("valid_from") else "",
                                         " until %s" % value["valid_to"] if value.get("valid_to") else "")
        if value.get("source"):
            meaning += " (source: %s, %s)" % (value["source"], value["date"])
        lines.append("| `%s` | %s | %s |" % (value["value"], cell(meaning), cell(", ".join(value.get("aliases", [])))))
    return lines + [""]


def page():
    lines = [HEAD]
    for path in sorted(glob.glob(os.path.join(ROOT, "schema", "kinds", "*.toml"))):
        lines += kind_section(load(path))
    lines += ["## Code lists", "", "Letter case, hyphens and underscores do not matter.", ""]
    for name, code_list in load(os.path.join(ROOT, "schema", "code-lists.toml")).items():
        lines += list_section(name, code_list)
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    text = page()
    if "--check" in sys.argv[1:]:
        current = open(PAGE, encoding="utf-8").read() if os.path.exists(PAGE) else ""
        if current != text:
            print("docs/formats/import-columns.md is not what schema/ says: run tools/generate_formats.py")
            return 1
        return 0
    os.makedirs(os.path.dirname(PAGE), exist_ok=True)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
