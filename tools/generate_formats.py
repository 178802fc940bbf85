#!/usr/bin/python3
"""Writes docs/formats/import-columns.md from schema/kinds, schema/as-entered.toml and schema/code-lists.toml:
generate_formats.py, or --check.

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

<!-- Written by tools/generate_formats.py from schema/kinds/*.toml, schema/as-entered.toml and schema/code-lists.toml. Change those, then run it. -->

`firmground import PROGRAMME FILE --as KIND` takes GeoJSON, GeoPackage, CSV, Shapefile, KML, GPX, FlatGeobuf and XLSX. Kinds stand
here in the order that links need; `import PROGRAMME FOLDER` takes the files of a folder in this order by itself.

- Columns are found by name or by one of the other names listed; letter case, blanks, hyphens and underscores do not count. Anything
  else needs a mapping file ([mapping.md](mapping.md)). Columns that the kind does not know are named in a note, not lost in silence.
- Coordinates are longitude and latitude on WGS 84, unless the file says otherwise or `--crs` is given. How CSV and XLSX give positions
  stands under [Positions in columns](#positions-in-columns).
- Text is UTF-8. Numbers have a point for decimals and nothing between thousands. Dates are YYYY-MM-DD, or YYYY-MM or YYYY where only
  that is known; a year stays a year.
- Empty means not known, which is never zero. Words such as `unknown`, `n/a` and `-` in a number, a date or a link are taken as not
  known, with a note.
- A date of information may not lie in the future. Bounds are inclusive.

A row with a fault that could change its meaning is refused, with field, value, what is wrong and what to do; a row with a fault that
cannot (blanks at the end, a corner that repeats its neighbour) enters and is noted. Nothing is corrected by guessing: exchanged axes,
a lost sign or metres read as degrees are recognised and told, and the row waits for a person.
"""

POSITIONS = """## Positions in columns

CSV and XLSX give the position of a record in one of these ways. They are looked for in this order, and the first that is filled in a
row counts; a second one that lies more than 50 m from it (and more than its own square leaves open) refuses the row.

| columns | also read as | what stands there |
|---|---|---|
| `wkt` | `geometry`, `geom`, `the_geom` | well-known text, for kinds with lines or outlines: `POLYGON ((46.9 40, ...))` |
| `longitude`, `latitude` | `lon`, `long`, `lng`, `lat`, `Долгота`, `Широта` | decimal degrees (`46.75278`), or degrees as people write them: `46°45'10"E`, `46 45.1667 E`, `N 40 12 33.5`, `40°12'33,5" с.ш.`, `С 40 12 33`. A letter of the other axis, minutes or seconds of 60 and more, and a decimal comma without a degree sign are refused |
| the same | `easting`, `x`, `northing`, `y` | metres (or degrees) of the CRS that `--crs`, the mapping file or the column `crs` names; without one these names are not taken. In the Soviet way of writing X is the northing: say in a mapping file `longitude = "Y"`, `latitude = "X"` |
| `position` | `coordinates` | both in one text: `40°12'33.5"N 46°45'10"E`; with a CRS in metres `X=4426123 Y=8552345` (X is the northing), `E 552345 N 4426123`, or easting then northing |
| `mgrs` | `mgrs_reference`, `grid_reference` | a grid reference with zone and square, blanks allowed: `38S NJ 12345 67890`. It means the middle of its square. On WGS 84, unless `--crs` or `crs` says `MGRS ED50` or `MGRS WGS72` |
| `crs` | `coordinate_system` | the CRS of the row's position; empty: that of `--crs`, else WGS 84 |

A CRS is named as people write it: `SK-42` (degrees, or Gauss-Krüger with the zone before the easting), `SK-42 zone 8` (with or without
the zone before the easting), `SK-42 3-degree zone 16`, `СК-42 зона 8`, `SK-95 zone 8`, `UTM 38N WGS84`, `UTM 37N ED50`, `UTM 38N WGS72`,
`WGS 84`, `MGRS`, an EPSG code (`EPSG:28408`, in the column `crs` also `28408`), or WKT. A name that leaves the datum open (`UTM 38N`)
is refused. Each record is moved to WGS 84 by the operation that PROJ ranks first where it lies (in the southern Caucasus EPSG:15865 from
Pulkovo 1942, 4.5 m).

## How a position was entered

Every kind with a geometry keeps how it was given, in these last columns. They are filled by the import, shown by `firmground history`,
in the layer and by the server, and written to files only where there is something to tell; a file that brings them back keeps them.
They are empty where the position was given as decimal degrees on WGS 84 or in the programme's own CRS. A minefield record that has no
geometry of its own is shown where its approved legs lead, with the same columns; no version of it says so, and the reconciliation
still knows that its place comes from legs.
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
    return lines + field_table(kind["field"])


def field_table(fields):
    lines = ["", "| column | needed | type | meaning | also read as |", "|---|---|---|---|---|"]
    for field in fields:
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
    lines = [HEAD, POSITIONS.rstrip("\n")]
    lines += field_table(load(os.path.join(ROOT, "schema", "as-entered.toml"))["field"])
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
