"""Rows among the mines found on one task: what is named, written and refused, on the small invented country."""
import csv
import json
import os
import subprocess
import sys
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from programme import as_json, check, firmground, fresh  # noqa: E402

PROGRAMME, FILES = "rows.gpkg", "rows-files"


def import_the_country():
    fresh(PROGRAMME, FILES, "pattern.gpkg", "pattern.geojson", "pattern.tif", "pattern.svg", "pattern.html", "area.geojson")
    firmground("simulate", FILES, "--size", "small", "--seed", 3)
    firmground("init", PROGRAMME, "--profile", "invented-country")
    firmground("import", PROGRAMME, FILES)


def releases_by_mines():
    with open(os.path.join(FILES, "finds.csv"), newline="", encoding="utf-8") as file:
        found = Counter(row["release_id"] for row in csv.DictReader(file) if row["device"] in ("AP mine", "AV mine") and row["release_id"])
    return found.most_common()


def rows_are_named(releases):
    for release, _ in releases[:8]:
        pattern = as_json("pattern", PROGRAMME, release, "--threads", 1)
        if pattern["verdict"] == "rows":
            break
    check(pattern["verdict"] == "rows", "rows stand out on one of the eight releases with the most mines")
    check(as_json("pattern", PROGRAMME, release, "--threads", 2) == pattern, "two threads say the same as one, stamp included")
    check(pattern["stamp"]["product"] == "row-pattern" and pattern["stamp"]["snapshot"], "the answer carries its stamp")
    named = sum(len(row["finds"]) for field in pattern["fields"] for row in field["rows"])
    check(named + pattern["strays"] == pattern["finds"], "every find belongs to one row or is a stray")
    check(all(0 < p["probability"] < 1 and p["radius90_m"] > 0 for p in pattern["positions"]), "each position has a probability and a radius")
    order = [block["expected_mines"] for block in pattern["blocks"]]
    check(order == sorted(order, reverse=True), "the ground to work next comes first")
    return release, pattern


def files_hold_the_same(release, pattern):
    said = firmground("pattern", PROGRAMME, release, "--out", "pattern.gpkg", "--raster", "pattern.tif", "--svg", "pattern.svg",
                      "--report", "pattern.html").stdout
    check("Work this ground next" in said and "safe" not in said.lower(), "the terminal tells where to work and calls nothing safe")
    layers = subprocess.run(["ogrinfo", "-ro", "-so", "pattern.gpkg", "missing_positions"], capture_output=True, text=True, check=True).stdout
    check("Feature Count: %d" % len(pattern["positions"]) in layers, "the GeoPackage holds every position")
    info = json.loads(subprocess.run(["gdalinfo", "-json", "-stats", "pattern.tif"], capture_output=True, text=True, check=True).stdout)
    band = info["bands"][0]
    check(band["description"] == "expected_mines", "the raster says what it holds")
    check(float(band["metadata"][""]["STATISTICS_VALID_PERCENT"]) < 100, "ground of which nothing is said has no value")
    page = open("pattern.html", encoding="utf-8").read()
    check(pattern["stamp"]["id"] in page and "<svg" in page and "<script" not in page, "the page shows the sketch and carries the stamp")
    check(open("pattern.svg", encoding="utf-8").read().startswith("<svg xmlns="), "the sketch is a picture of its own")


def ground_may_be_drawn(pattern):
    here = pattern["positions"][0]
    lon, lat, d = here["lon"], here["lat"], 0.002
    ring = [[lon - d, lat - d], [lon + d, lat - d], [lon + d, lat + d], [lon - d, lat + d], [lon - d, lat - d]]
    feature = {"type": "Feature", "properties": {"name": "mine"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    with open("area.geojson", "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": [feature]}, file)
    drawn = as_json("pattern", PROGRAMME, "--area", "area.geojson")
    check(drawn["verdict"] == "rows", "the same rows are found on ground drawn round them")


def refusals_name_the_remedy(releases):
    refused = firmground("pattern", PROGRAMME, "T-unknown", expect=1).stderr
    check("T-unknown" in refused and "--area" in refused, "an unknown id names the other way")
    firmground("pattern", PROGRAMME, expect=2)
    few = as_json("pattern", PROGRAMME, releases[-1][0], "--margin", 0, expect=1)
    check(few["error"]["id"] == "evidence.too_few_finds", "one mine alone makes no row, and the answer says how many would")


import_the_country()
all_releases = releases_by_mines()
best, found_rows = rows_are_named(all_releases)
files_hold_the_same(best, found_rows)
ground_may_be_drawn(found_rows)
refusals_name_the_remedy(all_releases)
