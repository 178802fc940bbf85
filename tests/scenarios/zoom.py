"""A team leader looks closely at one task: small cells that say no more and no less in all than the country's map."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

fresh("country", "island.gpkg", "task.tif", "again.tif", "whole.tif")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")
task = json.load(open("country/tasks.geojson", encoding="utf-8"))["features"][0]["properties"]["task_id"]


def refused(*arguments):
    error = as_json("zoom", "island.gpkg", *arguments, expect=1)["error"]
    return error["code"], error["message"] + " " + error["remedy"]


code, said = refused(task)
check(code == "PI-0601" and "Run 'firmground estimate' first" in said, "before an estimate: " + said)
whole = as_json("estimate", "island.gpkg", "--draws", 20, "-q", "--out", "whole.tif")
code, said = refused("T-NOWHERE")
check(code == "PI-0602" and "T-NOWHERE" in said, said)
for cell in (7, 4, 20):
    code, said = refused(task, "--cell", cell)
    check(code == "PI-0604" and "%d m" % cell in said, said)

near = as_json("zoom", "island.gpkg", task, "--out", "task.tif", "-q")
check(0 < near["items_p05"] + near["items_mean"] and near["items_p05"] <= near["items_mean"] <= near["items_p95"],
      "%(items_mean).1f items, %(items_p05).0f to %(items_p95).0f" % near)
check(abs(sum(c["items_mean"] for c in near["classes"]) - near["items_mean"]) < 1e-6 * near["items_mean"], "classes add up")
check(0 < near["ground_for_half"] < near["ground_for_nine_tenths"] <= 1, "half of it on %(ground_for_half).2f of the ground" % near)
settings = json.loads(near["stamp"]["settings"])
check(settings["from"] == whole["stamp"]["id"] and settings["cell_m"] == 10, "the stamp says what the map is from")
again = as_json("zoom", "island.gpkg", task, "--out", "again.tif", "-q", "--threads", 1)
check(open("task.tif", "rb").read() == open("again.tif", "rb").read() and again["stamp"] == near["stamp"], "the same bytes again")
told = firmground("zoom", "island.gpkg", task, "--cell", 5, "-q").stdout
check("Half of them are expected on" in told and "is not known, never zero" in told, "it says so in words")

try:
    from osgeo import gdal
    import numpy
except ImportError:
    gdal = None
if gdal:
    gdal.UseExceptions()
    fine, coarse = gdal.Open("task.tif"), gdal.Open("whole.tif")
    check([fine.GetRasterBand(b + 1).GetDescription() for b in range(5)]
          == [coarse.GetRasterBand(b + 1).GetDescription() for b in range(5)], "the bands of the national map")
    check(fine.GetGeoTransform()[1] == 10, "cells of 10 m")
    items = fine.GetRasterBand(2).ReadAsArray().astype(float)
    column = round((fine.GetGeoTransform()[0] - coarse.GetGeoTransform()[0]) / 50)
    row = round((coarse.GetGeoTransform()[3] - fine.GetGeoTransform()[3]) / 50)
    rows, columns = items.shape[0] // 5, items.shape[1] // 5
    sums = items.reshape(rows, 5, columns, 5).sum(axis=(1, 3))
    national = coarse.GetRasterBand(2).ReadAsArray(column, row, columns, rows)
    both = ~numpy.isnan(sums) & ~numpy.isnan(national)
    check(both.any() and numpy.allclose(sums[both], national[both], rtol=0.02, atol=1e-4), "small cells sum to the national map's cells")
    check((fine.GetRasterBand(1).ReadAsArray()[~numpy.isnan(items)] <= items[~numpy.isnan(items)] + 1e-7).all(),
          "no probability above the expected items")

# A find comes in: the closer look tells it without a new whole estimate.
import csv
finds = list(csv.DictReader(open("country/finds.csv", encoding="utf-8")))
extra = dict(next(f for f in finds if f["release_id"] and "AP" in f["device"]), find_id="NEW-1", count="4")
with open("new-finds.csv", "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=list(extra))
    writer.writeheader()
    writer.writerow(extra)
firmground("import", "island.gpkg", "new-finds.csv", "--as", "finds", "-q")
later = as_json("zoom", "island.gpkg", task, "-q")
check(later["stamp"]["snapshot"] != near["stamp"]["snapshot"], "it is of the register as it is now")
