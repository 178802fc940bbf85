"""The situation report of a programme that holds hardly anything: what is not known is said, and wrong use is refused."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from programme import as_json, check, firmground, fresh  # noqa: E402

PROGRAMME = "report.gpkg"


def write_layer(name, features):
    rings = [{"type": "Feature", "properties": properties,
              "geometry": {"type": "Polygon", "coordinates": [[[w, s], [w + d, s], [w + d, s + d], [w, s + d], [w, s]]]}}
             for properties, (w, s, d) in features]
    with open(name, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": rings}, file, ensure_ascii=False)


def make_programme():
    fresh(PROGRAMME)
    firmground("init", PROGRAMME, "--profile", "invented-country")
    write_layer("hazards.geojson", [({"hazard_id": "HA-1", "type": "CHA", "reported_on": "2021-01-01"}, (51.0, 42.0, 0.02))])
    write_layer("land-release.geojson",
                [({"release_id": "LR-1", "hazard_id": "HA-1", "outcome": "cleared", "method": "manual", "completed_on": "2024-05-02"},
                  (51.0, 42.0, 0.01)),
                 ({"release_id": "LR-2", "hazard_id": "HA-1", "outcome": "reduced", "method": "technical-survey", "completed_on": "2025-05-02"},
                  (51.01, 42.0, 0.01))])
    with open("places.csv", "w", encoding="utf-8") as file:
        file.write("name,kind,population,longitude,latitude\nქალაქი,town,5000,51.005,42.015\nբնակավայր,village,900,51.015,42.005\n")
    for kind in ("hazards", "land-release"):
        firmground("import", PROGRAMME, kind + ".geojson", "--as", kind)
    firmground("import", PROGRAMME, "places.csv", "--as", "places")


def unknown_is_said():
    situation = as_json("report", PROGRAMME, "situation")
    check(situation["cleared_ha"] > 80 and situation["remaining_ha"] > 160, "land is measured")
    for key in ("share_of_baseline", "mines_found", "erw_found", "estimate"):
        check(situation[key] is None and situation["reasons"].get(key), key + " is null, with its reason")
    check(situation["casualties"]["total"] is None, "no accident on file is not 'no accident'")
    check(situation["records"]["accuracy"] is None, "no record searched, no accuracy")


def a_period_counts_its_own():
    year = as_json("report", PROGRAMME, "situation", "--period", "2025")
    check(year["cleared_ha"] == 0 and year["reduced_ha"] > 80, "2025 saw reduction and no clearance")
    check(year["to_date"]["cleared_ha"] > 80, "the total to date stands beside it")
    before = as_json("report", PROGRAMME, "situation", "--period", "2024")
    check(before["remaining_ha"] > year["remaining_ha"], "what remains is that of the period's last day")


def wrong_use_is_refused():
    for arguments in (("--period", "2031"), ("--period", "2025..2024"), ("--period", "spring"), ("--out", "report.docx")):
        said = as_json("report", PROGRAMME, "situation", *arguments, expect=1)
        check(said["error"]["remedy"], "%s %s is refused with a remedy" % arguments)
    check(not os.path.exists("report.docx"), "nothing was written")
    firmground("report", PROGRAMME, "horoscope", expect=2)


def documents_are_complete_and_the_same_again():
    for name in ("one.pdf", "two.pdf", "one.html", "two.html", "one.json"):
        firmground("report", PROGRAMME, "situation", "--out", name)
    for ending in ("pdf", "html"):
        check(open("one." + ending, "rb").read() == open("two." + ending, "rb").read(), "the same report twice: the same %s bytes" % ending)
    fonts = subprocess.run(["pdffonts", "one.pdf"], capture_output=True, text=True, check=True).stdout
    check("NotoSansGeorgian" in fonts and "NotoSansArmenian" in fonts, "the fonts of Georgian and Armenian names are in the PDF")
    text = subprocess.run(["pdftotext", "one.pdf", "-"], capture_output=True, text=True, check=True).stdout
    check("not known" in text and "Not for navigation" in text and "stamp " in text, "the page says what is not known, and its stamp")
    check(json.load(open("one.json"))["stamp"]["product"] == "situation-report", "the JSON file carries the stamp")


make_programme()
unknown_is_said()
a_period_counts_its_own()
wrong_use_is_refused()
documents_are_complete_and_the_same_again()
