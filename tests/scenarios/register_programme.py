"""A mine action centre begins its register: init, a folder of files, corrections, refused rows, history."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

FINDS = "find_id,release_id,found_on,device,count,longitude,latitude\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def square(west, south, side, **properties):
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


def entries_of(programme):
    return [as_json("history", programme, "finds", find)["versions"] for find in ("F-1", "F-2")]


fresh("island.gpkg", "in", "second")
os.makedirs("in/truth")
write("in/truth/minefields.csv", "never looked at")
write("in/area-of-interest.geojson", collection(square(51, 41, 1, name="Island")))
write("in/hazards.geojson", collection(square(51.1, 41.1, 0.01, hazard_id="HA-1", type="CHA", reported_on="2021-03-01")))
write("in/land-release.geojson", collection(square(51.1, 41.1, 0.005, release_id="LR-1", hazard_id="HA-1", outcome="cleared",
                                                   method="manual", completed_on="2022-05-31")))
write("in/finds.csv", FINDS + "F-1,LR-1,2022-05-01,AP mine,1,51.101,41.101\nF-2,LR-7,2022-05-02,AT mine,1,51.102,41.102\n")

made = as_json("init", "island.gpkg", "--profile", "invented-country", "--name", "Island programme")
check(made["epsg"] == 32639, "the profile gives the CRS")
firmground("init", "island.gpkg", expect=1)
firmground("init", "other.gpkg", "--profile", "generic", expect=1)
check(not os.path.exists("other.gpkg"), "without a CRS no programme is made")

told = as_json("import", "island.gpkg", "in", "--dry-run")
check(told["accepted"] == 5 and told["refused"] == 0, "the dry run tells what would enter")
entered = as_json("import", "island.gpkg", "in")
check([f["kind"] for f in entered["files"]] == ["area-of-interest", "hazards", "land-release", "finds"], "files enter in link order")
check(entered["accepted"] == told["accepted"], "what enters is what the dry run told")
issue = entered["files"][3]["issues"][0]
check((issue["row"], issue["field"], issue["value"]) == (2, "release_id", "LR-7"), "a missing link is an issue with row, field and value")
again = as_json("import", "island.gpkg", "in")
check(again["accepted"] == 0 and again["unchanged"] == 5, "importing the folder again changes nothing")

write("finds.csv", FINDS + "F-1,LR-1,2022-05-01,AP mine,2,51.101,41.101\nF-3,,2022-06-01,toaster,1,51.2,41.2\n")
before = entries_of("island.gpkg")
refused = as_json("import", "island.gpkg", "finds.csv", expect=1)
check(refused["refused"] == 1 and refused["accepted"] == 0, "an unknown device refuses the whole file")
check(set(refused["issues"][0]) >= {"row", "field", "value", "error", "remedy"}, "an issue says row, field, value, error and remedy")
check(entries_of("island.gpkg") == before, "a refused file leaves every record as it was")
kept = as_json("import", "island.gpkg", "finds.csv", "--keep-good")
check(kept["accepted"] == 1 and os.path.exists("finds.csv.refused.csv"), "the good row enters, the refused one is kept beside the file")
versions = as_json("history", "island.gpkg", "finds", "F-1")["versions"]
check([v["values"]["count"] for v in versions] == [2, 1], "both versions are there, the newest first")

write("findz.csv", FINDS)
text = firmground("import", "island.gpkg", "findz.csv", expect=1).stderr
check("'finds'" in text, "a misspelled kind is refused, naming the nearest")
firmground("import", "island.gpkg", expect=2)

if shutil.which("ogrinfo"):
    done = subprocess.run(["ogrinfo", "-so", "-al", "island.gpkg"], capture_output=True, text=True, check=True)
    remarks = [line for line in done.stderr.splitlines() if "may only be partially supported" not in line]
    check(remarks == [], "ogrinfo reads the programme without complaint")
    layers = [line.split(": ")[1] for line in done.stdout.splitlines() if line.startswith("Layer name: ")]
    check({"hazards", "land_release", "finds", "minefield_records", "accidents"} <= set(layers), "every kind is a layer")
    check(not [name for name in layers if "version" in name or "firmground" in name], "history tables are not among the layers")
    edit = subprocess.run(["ogrinfo", "island.gpkg", "-sql", "UPDATE finds SET device = 'UXO'"], capture_output=True, text=True)
    check("firmground import" in edit.stderr, "an edit in a GIS program is refused in words")
