"""The report and the account of a past day come out again to the byte, whatever was entered, corrected or estimated since."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from programme import as_json, check, firmground, fresh, near  # noqa: E402

PROGRAMME = "past.gpkg"
FORMATS = ("json", "html", "pdf")


def write_layer(name, features):
    rings = [{"type": "Feature", "properties": properties,
              "geometry": {"type": "Polygon", "coordinates": [[[w, s], [w + d, s], [w + d, s + d], [w, s + d], [w, s]]]}}
             for properties, (w, s, d) in features]
    with open(name, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": rings}, file)


def release(name, outcome, day, place, organisation, method="manual"):
    return ({"release_id": name, "outcome": outcome, "method": method, "completed_on": day, "coverage": 1,
             "organisation": organisation, "donor": "State budget"}, place)


def make_programme():
    fresh(PROGRAMME)
    firmground("init", PROGRAMME, "--profile", "invented-country")
    write_layer("hazards.geojson", [
        ({"hazard_id": "HA-1", "type": "CHA", "device": "AP mine", "reported_on": "2021-01-01"}, (51.0, 42.0, 0.02)),
        ({"hazard_id": "HA-2", "type": "SHA", "device": "ERW", "reported_on": "2022-01-01"}, (51.1, 42.0, 0.01))])
    write_layer("land-release.geojson", [
        release("LR-1", "cleared", "2024-05-02", (51.0, 42.0, 0.01), "Army Engineers"),
        release("LR-2", "reduced", "2024-06-02", (51.005, 42.0, 0.01), "Clear Ground", "technical-survey")])
    with open("baselines.csv", "w", encoding="utf-8") as file:
        file.write("name,estimated_on,area_ha,source\nSurvey 2023,2023-01-01,2000,Agency\n")
    for kind, ending in (("hazards", "geojson"), ("land-release", "geojson"), ("baselines", "csv")):
        firmground("import", PROGRAMME, "%s.%s" % (kind, ending), "--as", kind)


def entered(name, as_of, until):
    reports = []
    for ending in FORMATS:
        file = "%s.%s" % (name, ending)
        firmground("report", PROGRAMME, "situation", "--as-of", as_of, "--entered-until", until, "--out", file)
        reports.append(open(file, "rb").read())
    reports.append(firmground("account", PROGRAMME, "--as-of", as_of, "--entered-until", until, "--json").stdout)
    return reports


def enter_more():
    """A correction of an old report, a new one of the old day, a larger baseline of the old day, a new hazard."""
    write_layer("land-release.geojson", [
        release("LR-1", "cancelled", "2024-05-02", (51.0, 42.0, 0.012), "Army Engineers", "nts"),
        release("LR-3", "cleared", "2024-05-03", (51.1, 42.0, 0.005), "Clear Ground")])
    write_layer("hazards.geojson", [({"hazard_id": "HA-3", "type": "SHA", "reported_on": "2020-01-01"}, (51.2, 42.0, 0.01))])
    with open("baselines.csv", "w", encoding="utf-8") as file:
        file.write("name,estimated_on,area_ha,source\nSurvey 2023,2023-01-01,2500,Agency\n")
    for kind, ending in (("hazards", "geojson"), ("land-release", "geojson"), ("baselines", "csv")):
        firmground("import", PROGRAMME, "%s.%s" % (kind, ending), "--as", kind)


def a_past_day_comes_out_again():
    until = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".999Z"
    time.sleep(1.1)  # what is entered from here on is later
    before = entered("first", "2024-12-31", until)
    now = as_json("account", PROGRAMME)
    enter_more()
    after = entered("second", "2024-12-31", until)
    for name, a, b in zip(FORMATS + ("account",), before, after):
        check(a == b, "the %s of that day is the same to the byte" % name)
    check(as_json("account", PROGRAMME)["cleared_ha"] != now["cleared_ha"], "while the register has moved on")
    share = json.loads(before[0])["shares"][0]
    check(share["denominator"] == 2000 and share["baseline_date"] == "2023-01-01", "the share names the baseline of that day")
    check(near(share["numerator"] / share["denominator"], share["share"], 1e-12), "and is what its parts come to")


def an_account_can_be_asked_for_a_part():
    whole = as_json("account", PROGRAMME, "--m2")
    for key in ("organisation", "donor", "method", "device", "type", "hazard", "year", "district"):
        rows = as_json("account", PROGRAMME, "--m2", "--by", key)["rows"]
        for figure in ("new_m2", "cleared_m2", "reduced_m2", "cancelled_m2", "remaining_suspected_m2", "cleared_outside_m2"):
            check(near(sum(row[figure] for row in rows), whole[figure], 1e-5), "%s by %s adds up" % (figure, key))
    part = as_json("account", PROGRAMME, "--m2", "--organisation", "Clear Ground")
    row = [r for r in as_json("account", PROGRAMME, "--m2", "--by", "organisation")["rows"] if r["organisation"] == "Clear Ground"][0]
    check(part["cleared_m2"] == row["cleared_m2"] > 0, "an operator's account is its row")
    check(whole["double_claims"][0]["release_a"] == "LR-2" and whole["double_claims"][0]["release_b"] == "LR-1",
          "double-claimed ground names the two reports, the one that decides first")
    check(near(sum(c["area_m2"] for c in whole["double_claims"]), whole["double_claimed_m2"], 1e-5), "and is all that is claimed twice")
    check("nts" not in whole["processed"]["by_method_m2"], "survey without search processes nothing")
    for arguments in (("--organisation", "clear ground"), ("--hazard", "HA-9"), ("--device", "bomb"), ("--method", "magic"),
                      ("--entered-until", "yesterday")):
        said = as_json("account", PROGRAMME, *arguments, expect=1)
        check(said["error"]["remedy"], "%s %s is refused with a remedy" % arguments)
    firmground("account", PROGRAMME, "--by", "colour", expect=2)


make_programme()
a_past_day_comes_out_again()
an_account_can_be_asked_for_a_part()
