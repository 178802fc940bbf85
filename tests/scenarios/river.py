"""From import files to a served map: every stage once, on the small invented country, each answer held to another one."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from programme import as_json, check, firmground, fresh, get, get_json, near, served  # noqa: E402

PROGRAMME, FILES = "river.gpkg", "river-files"


def import_the_country():
    fresh(PROGRAMME, FILES, "two.tif.aux.xml")  # GDAL keeps its statistics there, also of an older map
    firmground("simulate", FILES, "--size", "small", "--seed", 3)
    check(os.path.isdir(os.path.join(FILES, "truth")), "the truth is kept apart from the import files")
    firmground("init", PROGRAMME, "--profile", "invented-country")
    first = imported()
    check(sum(f["accepted"] for f in first) > 15000, "every record of the country enters")
    check(sum(f["refused"] for f in first) == 0, "none is refused")
    again = imported()
    check(sum(f["accepted"] for f in again) == 0, "importing the same folder again changes nothing")
    check(sum(f["unchanged"] for f in again) == sum(f["accepted"] for f in first), "and says that all of it was there")


def imported():
    outcome = as_json("import", PROGRAMME, FILES)
    return outcome["files"] if "files" in outcome else [outcome]


def every_layer_opens_elsewhere():
    done = subprocess.run(["ogrinfo", "-ro", "-al", "-so", PROGRAMME], capture_output=True, text=True)
    # GDAL 3.6 knows GeoPackage up to 1.3 and says so of every 1.4 file, whoever wrote it; nothing else may be said.
    said = [line for line in done.stderr.splitlines() if line.strip() and "user_version=0x000028A0 (10400, v1.4.0)" not in line]
    check(done.returncode == 0 and not said, "GDAL opens every layer without complaint" + "".join(said)[:300])
    for layer in ("hazards", "land_release", "finds", "minefield_records", "accidents", "places", "districts"):
        check("Layer name: %s\n" % layer in done.stdout, "it shows the layer " + layer)


def land_is_conserved():
    account = as_json("account", PROGRAMME, "--m2")
    left = account["opening_m2"] + account["new_m2"]
    right = sum(account[k] for k in ("cancelled_m2", "reduced_m2", "cleared_m2", "remaining_suspected_m2", "remaining_confirmed_m2"))
    check(left > 1e7, "there is land to account for")
    check(near(left, right, 1.0), "opening + new = cancelled + reduced + cleared + remaining, to the square metre (%.1f, %.1f)" % (left, right))
    return account


def estimate_twice():
    arguments = ("estimate", PROGRAMME, "--cell", 100)
    first = as_json(*arguments, "--threads", 1, "--out", "one.tif")
    second = as_json(*arguments, "--threads", 2, "--out", "two.tif")
    check(first["stamp"] == second["stamp"], "the same estimate bears the same stamp")
    check(open("one.tif", "rb").read() == open("two.tif", "rb").read(), "one thread and two give the same map, byte for byte")
    check(0 < first["items_p05"] <= first["items_mean"] <= first["items_p95"], "the total lies in its interval")
    return second


def validation_tells_what_reconciliation_is_worth():
    scores = as_json("validate", PROGRAMME, "--cell", 200, "--folds", 2)["scores"]
    check([row["forecaster"] for row in scores[:3]] == ["firmground", "firmground, records as drawn", "recorded outline + 50 m"],
          "the estimate is judged with records reconciled, with records as drawn, and beside today's practice")
    check(all(0 < row["average_precision"] < 1 for row in scores), "each has its score")
    check(scores[0]["average_precision"] != scores[1]["average_precision"], "reconciliation makes a difference")


def raster_adds_up(estimate):
    info = json.loads(subprocess.run(["gdalinfo", "-json", "-stats", "two.tif"], capture_output=True, text=True, check=True).stdout)
    bands = [band["description"] for band in info["bands"]]
    check(bands == ["probability_any", "expected_items", "expected_items_p05", "expected_items_p95", "evidence"], "five bands, by name")
    statistics = info["bands"][1]["metadata"][""]
    cells = info["size"][0] * info["size"][1] * float(statistics["STATISTICS_VALID_PERCENT"]) / 100
    total = float(statistics["STATISTICS_MEAN"]) * cells
    check(near(total, estimate["items_mean"], 0.01 * estimate["items_mean"]),
          "the cells add up to the total (%.0f, %.0f)" % (total, estimate["items_mean"]))


def report_says_the_same(account, estimate):
    situation = as_json("report", PROGRAMME, "situation")
    all_cleared = situation["cleared_ha"] * 10000
    check(account["cleared_m2"] <= all_cleared + 1 <= account["cleared_m2"] + account["cleared_outside_m2"] + 2,
          "the report's cleared land is that of the account, inside and outside hazards")
    remaining = account["remaining_suspected_m2"] + account["remaining_confirmed_m2"]
    check(near(situation["remaining_ha"] * 10000, remaining, 1.0), "what remains is the same in account and report")
    check(situation["estimate"]["items_mean"] == estimate["items_mean"], "the report prints the stored estimate")
    firmground("report", PROGRAMME, "situation", "--out", "situation.pdf")
    fonts = subprocess.run(["pdffonts", "situation.pdf"], capture_output=True, text=True, check=True).stdout
    check("Noto" in fonts and " no  " not in fonts.split("\n", 2)[2], "the PDF embeds its fonts")
    return situation


def the_map_is_served(situation):
    with served(PROGRAMME) as url:
        health = get_json(url + "/health")
        check(health["status"] == "ok", "the server is well")
        check(health["estimate"]["stored"] and not health["estimate"]["stale"], "it knows the estimate and that it is of today's records")
        check(get_json(url + "/api/situation")["mines_found"] == situation["mines_found"], "it reports the same mines as the command line")
        west, south, east, north = get_json(url + "/api/programme")["bounds"]
        at = get_json("%s/api/hazard/at?lon=%f&lat=%f" % (url, (west + east) / 2, (south + north) / 2))
        check(at["estimated"] and 0 <= at["probability_any"] <= 1, "a place in the middle has a probability")
        status, kind, page = get(url + "/")
        check(status == 200 and "html" in kind and b"<html" in page.lower(), "the page comes")


import_the_country()
every_layer_opens_elsewhere()
land_account = land_is_conserved()
hazard = estimate_twice()
raster_adds_up(hazard)
validation_tells_what_reconciliation_is_worth()
the_map_is_served(report_says_the_same(land_account, hazard))
