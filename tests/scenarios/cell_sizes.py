"""What is expected does not depend on the cells of the map."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

fresh("country", "island.gpkg", "fine.csv", "coarse.csv", "coarse.tif", "coarse.tif.aux.xml", "kinds.tif",
      "kinds.tif.aux.xml")
firmground("simulate", "country", "--size", "small", "--seed", 3, "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")


def sum_of(path, band):
    told = json.loads(subprocess.run(["gdalinfo", "-json", "-stats", path], capture_output=True, text=True, check=True).stdout)
    statistics = told["bands"][band]["metadata"][""]
    cells = told["size"][0] * told["size"][1] * float(statistics["STATISTICS_VALID_PERCENT"]) / 100
    return float(statistics["STATISTICS_MEAN"]) * cells


fine = as_json("estimate", "island.gpkg", "--draws", 20, "--table", "fine.csv", "-q")
coarse = as_json("estimate", "island.gpkg", "--cell", 200, "--draws", 20, "--table", "coarse.csv", "--out", "coarse.tif",
                 "--kinds", "kinds.tif", "-q")
check(fine["cell_m"] == 50 and coarse["cell_m"] == 200, "maps of 50 and of 200 m")
check(fine["cells"] / 18 < coarse["cells"] < fine["cells"] / 14, "%(cells)d cells instead of " % coarse + str(fine["cells"]))
for key in ("items_mean", "items_p05", "items_p95"):
    check(abs(coarse[key] - fine[key]) < 1e-6 * fine[key], "%s: %.1f" % (key, coarse[key]))
check(open("fine.csv").read() == open("coarse.csv").read(), "of each hazardous area it says the same")
check(abs(sum_of("coarse.tif", 1) / coarse["items_mean"] - 1) < 0.001, "the cells add up to the total")
check(abs((sum_of("kinds.tif", 1) + sum_of("kinds.tif", 3)) / coarse["items_mean"] - 1) < 0.001, "and so do both classes")
check(not [note for note in coarse["notes"] if "modelled" in note], "nothing need be noted")

update = as_json("estimate", "island.gpkg", "--update", "-q")
check(update["cells_refreshed"] == 0 and update["items_mean"] == coarse["items_mean"], "an update starts from it")

odd = as_json("estimate", "island.gpkg", "--cell", 80, "--draws", 20, "-q")
check([note for note in odd["notes"] if "modelled in cells of 40 m" in note], "cells that hold no whole cells of 50 m say so")
check(odd["cell_m"] == 80 and odd["cells"] < fine["cells"] / 2, "and are told as asked")

events = [as_json("estimate", "island.gpkg", "--mode", "presence-only", "--cell", cell, "--draws", 20, "-q") for cell in (1000, 2000)]
check(abs(events[0]["items_mean"] / events[1]["items_mean"] - 1) < 0.05,
      "events of a year: %.1f and %.1f" % (events[0]["items_mean"], events[1]["items_mean"]))
