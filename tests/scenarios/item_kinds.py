"""AP mines, AV mines, submunitions and the rest are told apart, coherently, and only where finds say what they are."""
import csv
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

KINDS = ["ap_mines", "av_mines", "improvised", "submunitions", "other_erw"]

fresh("country", "island.gpkg", "silent", "silent.gpkg", "kinds.tif", "hazards.csv", "hazard.tif", "updated.tif", "new-finds.csv", "corrected.csv")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")

whole = as_json("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "--kinds", "kinds.tif", "--out", "hazard.tif",
                "--table", "hazards.csv", "-q")
kinds = {kind["kind"]: kind for of_class in whole["kinds"] for kind in of_class["kinds"]}
check(sorted(kinds) == sorted(KINDS), "all kinds are told")
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


def items_by_kind(told):
    return {kind["kind"]: kind["items_mean"] for of_class in told["kinds"] for kind in of_class["kinds"]}


def check_bands(file, what):
    of = gdal.Open(file)
    told = {of.GetRasterBand(b + 1).GetDescription(): of.GetRasterBand(b + 1).ReadAsArray() for b in range(of.RasterCount)}
    off = abs(sum(told["items_" + kind] for kind in KINDS[:3]) - told["items_mines"])
    check(list(told) == names and off[inside].max() < 1e-3, what)
    return told, json.loads(of.GetMetadataItem("FIRMGROUND_STAMP"))


# A mine is found: its kind is told, of the nation, of polygons and on the map.
finds = list(csv.DictReader(open("country/finds.csv", encoding="utf-8")))
first_mine = next(f for f in finds if f["release_id"] and "AP" in f["device"])


def import_find(file, **change):
    with open(file, "w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, fieldnames=list(finds[0]))
        writer.writeheader()
        writer.writerow(dict(first_mine, **change))
    firmground("import", "island.gpkg", file, "--as", "finds", "-q")


import_find("new-finds.csv", find_id="NEW-1", device="AV mine", count="6")
updated = as_json("estimate", "island.gpkg", "--update", "-q", "--table", "hazards.csv", "--kinds", "updated.tif")
before, after = items_by_kind(whole), items_by_kind(updated)
check(sorted(after) == sorted(KINDS), "an update tells all kinds")
check(updated["kinds"][0]["finds_stated"] == whole["kinds"][0]["finds_stated"] + 6, "and counts the find")
check(abs(sum(after.values()) - updated["items_mean"]) < 1e-3 * updated["items_mean"], "they add up to all items")
check(after["av_mines"] > before["av_mines"], "more AV mines: %.2f instead of %.2f" % (after["av_mines"], before["av_mines"]))
rows = {row["id"]: row for row in csv.DictReader(open("hazards.csv", encoding="utf-8"))}
for row in told:
    now = rows[row["id"]]
    assert abs(sum(float(now["items_" + kind]) for kind in KINDS) - float(now["items_mean"])) < 5e-3 + 2e-3 * float(now["items_mean"]), now
moved = [row["id"] for row in told if rows[row["id"]]["items_av_mines"] != row["items_av_mines"]]
check(0 < len(moved) < len(told), "%d of %d hazardous areas tell other AV mines than before; kinds of all add up" % (len(moved), len(told)))
now, stamp = check_bands("updated.tif", "on the updated map the kinds of mines add up to the mines")
elsewhere = inside & (now["items_av_mines"] == bands["items_av_mines"])
check(0 < (inside & ~elsewhere).sum() <= updated["cells_refreshed"], "it differs where cells were estimated anew alone")
check(stamp["id"] == updated["stamp"]["id"], "and carries the stamp of the update")

# It was an AP mine after all: the number stays, the kind changes.
import_find("corrected.csv", find_id="NEW-1", device="AP mine", count="6")
corrected = as_json("estimate", "island.gpkg", "--update", "-q")
check(abs(corrected["items_mean"] - updated["items_mean"]) < 1e-3 * updated["items_mean"], "a corrected device leaves their number")
after = items_by_kind(corrected)
check(after["av_mines"] < items_by_kind(updated)["av_mines"] and after["ap_mines"] > items_by_kind(updated)["ap_mines"],
      "but not what they are")
said = firmground("estimate", "island.gpkg", "--update", "-q").stdout
check("AV mines" in said and "submunitions" in said and "say what they are" in said and "not told" not in said, "an update says it in words")

# A whole estimate without a map of kinds leaves none to be updated.
said = firmground("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "-q").stdout
check("AV mines" in said and "submunitions" in said and "say what they are" in said, "a whole estimate too")
refused = as_json("estimate", "island.gpkg", "--update", "--kinds", "updated.tif", expect=1)["error"]
check(refused["code"] == "PI-0407" and "--kinds" in refused["remedy"], refused["message"])
check(sorted(items_by_kind(as_json("estimate", "island.gpkg", "--update", "-q"))) == sorted(KINDS), "kinds are told without one")

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
