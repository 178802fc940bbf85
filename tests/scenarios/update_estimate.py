"""A mine is found, ground is released: the map round them is brought up to date at once, the rest stands."""
import csv
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

fresh("country", "island.gpkg", "new-finds.csv", "new-release.geojson", "cancelled.geojson", "hazards.csv")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")

refused = as_json("estimate", "island.gpkg", "--update", expect=1)["error"]
check(refused["code"] == "PI-0406" and "without --update" in refused["remedy"], "there is nothing to update before: " + refused["message"])
check("excludes" in firmground("estimate", "island.gpkg", "--update", "--cell", 100, expect=2).stderr,
      "an update is asked for as the whole estimate was")

whole = as_json("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "-q")
statements = {(s["statement"], s["class"]): s for s in whole["statements"]}
cha = statements["CHA, mines named", "mines"]
check(cha["p05"] < cha["ratio"] < cha["p95"] and 0 < cha["searched"] <= cha["polygons"],
      "CHA that name mines: %(ratio).2f times as likely (%(p05).2f to %(p95).2f), from %(searched)d polygons" % cha)
again = as_json("estimate", "island.gpkg", "--update", "-q")
check(again["cells_changed"] == 0 and again["cells_refreshed"] == 0 and again["items_mean"] == whole["items_mean"],
      "without a change nothing changes")

# A find comes in.
finds = list(csv.DictReader(open("country/finds.csv", encoding="utf-8")))
row = dict(next(f for f in finds if f["release_id"] and "AP" in f["device"]), find_id="NEW-1", count="4")
with open("new-finds.csv", "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=list(row))
    writer.writeheader()
    writer.writerow(row)
firmground("import", "island.gpkg", "new-finds.csv", "--as", "finds", "-q")
found = as_json("estimate", "island.gpkg", "--update", "-q", "--table", "hazards.csv")
check(found["cells_changed"] == 1 and found["cells_refreshed"] > 0, "%(cells_changed)d cell changed, %(cells_refreshed)d are refreshed" % found)
settings = json.loads(found["stamp"]["settings"])
check(settings["updated_from"] == whole["stamp"]["id"], "the stamp says from which estimate the rest is")
check(sum(1 for _ in open("hazards.csv", encoding="utf-8")) > 1, "polygons are told as after a whole estimate")

# Ground is released in vain.
releases = json.load(open("country/land-release.geojson", encoding="utf-8"))
old = next(f for f in releases["features"] if f["properties"]["method"] == "manual" and f["geometry"]["type"] == "Polygon")
ring = old["geometry"]["coordinates"][0]
moved = [[x + 0.004, y + 0.004] for x, y in ring]
new = dict(old, properties=dict(old["properties"], release_id="NEW-R1"), geometry={"type": "Polygon", "coordinates": [moved]})
new.pop("id", None)
json.dump(dict(releases, features=[new]), open("new-release.geojson", "w", encoding="utf-8"))
firmground("import", "island.gpkg", "new-release.geojson", "--as", "land-release", "-q")
released = as_json("estimate", "island.gpkg", "--update", "-q")
check(released["cells_changed"] > 1, "%(cells_changed)d cells were searched" % released)
check(json.loads(released["stamp"]["settings"])["updated_from"] == whole["stamp"]["id"],
      "updates start from the whole estimate, not from one another")
told = firmground("estimate", "island.gpkg", "--update", "-q").stdout
check("%d cells were searched" % released["cells_changed"] in told and "what minefield records say stay" in told,
      "it says what was made anew and what stays")

# Ground is cancelled without a search: nobody looked, and the map says less of it.
hazards = json.load(open("country/hazards.geojson", encoding="utf-8"))["features"]
large = max((f for f in hazards if f["geometry"] and f["properties"]["type"] == "SHA"),
            key=lambda f: float(f["properties"]["declared_area"] or 0))
cancelled = dict(new, geometry=large["geometry"], properties=dict(
    new["properties"], release_id="NEW-C1", hazard_id=large["properties"]["hazard_id"], outcome="cancelled", method="nts",
    completed_on="2026-10-30", coverage=None, depth_cm=None))
json.dump(dict(releases, features=[cancelled]), open("cancelled.geojson", "w", encoding="utf-8"))
firmground("import", "island.gpkg", "cancelled.geojson", "--as", "land-release", "-q")
said = as_json("estimate", "island.gpkg", "--update", "-q")
check(said["cells_changed"] == released["cells_changed"] and said["cells_refreshed"] > released["cells_refreshed"],
      "no more cells were searched, but %d more are told anew" % (said["cells_refreshed"] - released["cells_refreshed"]))
check(said["items_mean"] < released["items_mean"], "a cancellation speaks against ordnance")

# Something that an update cannot follow.
records = json.load(open("country/minefield-records.geojson", encoding="utf-8"))["features"]
firmground("withdraw", "island.gpkg", "minefield-records", records[0]["properties"]["record_id"], "--reason", "of another country")
refused = as_json("estimate", "island.gpkg", "--update", expect=1)["error"]
check(refused["code"] == "ES-0007" and "other records than finds" in refused["message"], refused["message"])
