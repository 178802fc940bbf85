"""AP mines, AV mines, submunitions and the rest are told apart, coherently, and only where finds say what they are."""
import csv
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

KINDS = ["ap_mines", "av_mines", "improvised", "submunitions", "other_erw"]

fresh("country", "island.gpkg", "silent", "silent.gpkg", "kinds.tif", "hazards.csv", "hazard.tif")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")

whole = as_json("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "--kinds", "kinds.tif", "--out", "hazard.tif",
                "--table", "hazards.csv", "-q")
kinds = {kind["kind"]: kind for of_class in whole["kinds"] for kind in of_class["kinds"]}
check(sorted(kinds) == sorted(KINDS) and whole["kinds_note"] == "", "all kinds are told")
total = sum(kind["items_mean"] for kind in kinds.values())
check(abs(total - whole["items_mean"]) < 1e-3 * total, "kinds add up to all items: %.0f of %.0f" % (total, whole["items_mean"]))
check(all(k["items_p05"] <= k["items_mean"] <= k["items_p95"] for k in kinds.values()), "each has its interval")
check(all(sum(k["finds"] for k in c["kinds"]) == c["finds_stated"] for c in whole["kinds"]), "finds by kind are those that state it")

rows = list(csv.DictReader(open("hazards.csv", encoding="utf-8")))
told = [row for row in rows if row["items_mean"] != "nan"]
for row in told:
    any_item = 1 - float(row["probability_no_item"])
    for kind in KINDS:
        p, items = float(row["probability_" + kind]), float(row["items_" + kind])
        assert p <= any_item + 2e-4 and p <= items + 2e-3, row
    # Each number is rounded to a thousandth.
    assert abs(sum(float(row["items_" + kind]) for kind in KINDS) - float(row["items_mean"])) < 5e-3 + 2e-3 * float(row["items_mean"]), row
check(len(told) > 10, "%d hazardous areas tell P(any) and items by kind, coherent with all items" % len(told))
listed = {p["id"]: p["kinds"] for p in whole["polygons"]}
check(all(abs(listed[row["id"]]["av_mines"]["items_mean"] - float(row["items_av_mines"])) < 1e-3 for row in told),
      "JSON lists the polygons of the table")

from osgeo import gdal  # noqa: E402
gdal.UseExceptions()
raster = gdal.Open("kinds.tif")
names = [raster.GetRasterBand(b + 1).GetDescription() for b in range(raster.RasterCount)]
check(names == [what + of for of in ["mines", "erw"] + KINDS for what in ("probability_", "items_")], "the raster names its bands")
bands = {name: raster.GetRasterBand(b + 1).ReadAsArray() for b, name in enumerate(names)}
mines = bands["items_mines"]
inside = mines == mines
of_kinds = sum(bands["items_" + kind] for kind in KINDS[:3])
check(abs(of_kinds - mines)[inside].max() < 1e-3, "in every cell the kinds of mines add up to the mines")
check((bands["probability_av_mines"] <= bands["probability_mines"] + 1e-6)[inside].all(), "no kind is likelier than its class")
main = gdal.Open("hazard.tif")
check(main.RasterCount == 5 and [main.GetRasterBand(b + 1).GetDescription() for b in range(5)] ==
      ["probability_any", "expected_items", "expected_items_p05", "expected_items_p95", "evidence"],
      "the hazard raster has the bands that it had")

said = firmground("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "-q").stdout
check("AV mines" in said and "submunitions" in said and "say what they are" in said, "it is said in words")

# After an update they are not told, and it says so.
finds = list(csv.DictReader(open("country/finds.csv", encoding="utf-8")))
with open("new-finds.csv", "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=list(finds[0]))
    writer.writeheader()
    writer.writerow(dict(next(f for f in finds if "AP" in f["device"]), find_id="NEW-1"))
firmground("import", "island.gpkg", "new-finds.csv", "--as", "finds", "-q")
updated = as_json("estimate", "island.gpkg", "--update", "-q", "--table", "hazards.csv")
check(updated["kinds"] == [] and "not told apart after an update" in updated["kinds_note"], updated["kinds_note"])
check(all(row["items_av_mines"] == "" for row in csv.DictReader(open("hazards.csv", encoding="utf-8"))), "nor for polygons: empty, not 0")
check("excludes" in firmground("estimate", "island.gpkg", "--update", "--kinds", "kinds.tif", expect=2).stderr,
      "a map of kinds is not drawn by an update")

# A register whose finds of ERW do not say what they are.
os.makedirs("silent")
for name in os.listdir("country"):
    if name.endswith((".geojson", ".tif")):
        os.link(os.path.join("country", name), os.path.join("silent", name))
with open("silent/finds.csv", "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=list(finds[0]))
    writer.writeheader()
    for find in finds:
        mine = "mine" in find["device"]
        writer.writerow(find if mine else dict(find, device="unknown"))
firmground("init", "silent.gpkg", "--profile", "invented-country")
firmground("import", "silent.gpkg", "silent", "--keep-good", "-q")
silent = as_json("estimate", "silent.gpkg", "--cell", 400, "--draws", 20, "-q")
erw = next(c for c in silent["kinds"] if c["class"] == "ERW")
check(erw["kinds"] == [] and erw["finds_stated"] == 0 and erw["finds_unstated"] > 0,
      "%(finds_unstated)d finds that do not say what they are make no shares" % erw)
check("none of" in firmground("estimate", "silent.gpkg", "--cell", 400, "--draws", 20, "-q").stdout, "and it says so")
