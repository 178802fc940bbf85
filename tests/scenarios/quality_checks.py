"""Every data fault of a dirty country is found, of the right record, and little else is told.

The invented country is made with faults whose list is kept apart (truth/faults.csv). Its files are imported, the programme is checked,
and each fault counts as found when the import refused or noted that record for it, or a quality rule names that record. A fault in a
row that was refused for another fault waits behind it: nothing can be told of a row that is not in the register.
FIRMGROUND_SIZE=national runs the same on a nation (bench/README.md).
"""
import csv
import datetime
import json
import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh  # noqa: E402

SIZE = os.environ.get("FIRMGROUND_SIZE", "small")
SEED = int(os.environ.get("FIRMGROUND_SEED", "3"))
TODAY = "2026-11-01"

# What a fault is told as: codes of the import, ids of quality rules.
TOLD_AS = {
    "wrong-district": {"RG-0504", "wrong-district"},
    "missing-geometry": {"IN-0401", "IN-0402", "geometry-missing"},
    "duplicate-id": {"IN-0604"},
    "trailing-spaces": {"IN-0318", "blanks-around"},
    "self-crossing": {"IN-0406", "outline-invalid"},
    "unclosed": {"IN-0407"},
    "repeated-point": {"IN-0408", "corner-repeats-neighbour", "last-corner-repeats-first", "last-two-repeat-first-two"},
    "overlap": {"ground-claimed-twice"},
    "future-date": {"IN-0308", "date-in-future"},
    "sum-mismatch": {"casualties-differ-from-victims", "casualties-without-victims"},
    "unit-mix": {"area-in-other-unit"},
    "unknown-as-text": {"unknown-as-text", "IN-0317"},
    "victim-twice": {"person-twice"},
}


TRUE_STATEMENTS = {"stale-claim", "release-outside-hazards"}  # held to be true by statements_are_true()


def told_by_import(outcome):
    """[(code, names)], and the records that were refused."""
    told, refused = [], {}
    for part in outcome["files"]:
        for issue in part["issues"]:
            if issue["row"] > 0:
                name = (part["kind"], issue["id"])
                told.append((issue["code"], [name]))
                if issue["refused"]:
                    refused.setdefault(name, set()).add(issue["code"])
    return told, refused


def told_by_check(result):
    return [(issue["rule"], [(issue["kind"], issue["id"])] + [(other["kind"], other["id"]) for other in issue["others"]], issue)
            for issue in result["issues"]]


def confusion(faults, told, refused):
    named = {}
    for code, names in told:
        named.setdefault(code, set()).update(names)
    rows = []
    for kind, codes in TOLD_AS.items():
        injected = {name for fault, name in faults if fault == kind}
        hits = set().union(*(named.get(code, set()) for code in codes))
        waiting = {name for name in injected - hits if refused.get(name, set()) - codes}
        found = injected & hits
        rows.append((kind, len(injected), len(found), len(waiting), sorted(injected - hits - waiting)))
    return rows


def print_table(rows, alarms):
    print("%-18s %9s %9s %9s %9s %9s" % ("fault", "injected", "found", "waiting", "missed", "recall"))
    for kind, injected, found, waiting, missed in rows:
        decidable = injected - waiting
        recall = "%8.1f %%" % (100 * found / decidable) if decidable else "-"
        print("%-18s %9d %9d %9d %9d %9s   %s" % (kind, injected, found, waiting, len(missed), recall, missed[:3] if missed else ""))
    print("false alarms by rule: %s" % (alarms or "none"))


def false_alarms(faults, checked, refused):
    """Records that a rule names without a fault in any record that it names, or behind the link that it tells of. True statements
    are no alarms."""
    spoiled = {name for _, name in faults} | set(refused)
    spoiled_ids = {name[1] for name in spoiled}
    records, by_rule = set(), {}
    for rule, names, issue in checked:
        if rule not in TRUE_STATEMENTS and not any(name in spoiled for name in names) and issue["value"] not in spoiled_ids:
            records.add(names[0])
            by_rule[rule] = by_rule.get(rule, 0) + 1
    return records, by_rule


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed_check(programme, *options):
    started, cpu = time.monotonic(), cpu_seconds()
    result = as_json("check", programme, "--today", TODAY, *options)
    print("check: %.1f s, %.1f s of CPU, %d records" % (time.monotonic() - started, cpu_seconds() - cpu, result["records"]))
    return result


def features(path):
    with open(path, encoding="utf-8") as file:
        return [feature["properties"] for feature in json.load(file)["features"]]


def stale_claims(folder, years=10):
    """What the rule of old suspicions must tell, worked out from the files alone."""
    hazards, releases = features(folder + "/hazards.geojson"), features(folder + "/land-release.geojson")
    dates = [h.get("reported_on") for h in hazards] + [r["completed_on"] for r in releases]
    for table, column in (("finds", "found_on"), ("accidents", "occurred_on")):
        with open("%s/%s.csv" % (folder, table), encoding="utf-8") as file:
            dates += [row[column] for row in csv.DictReader(file)]
    latest = datetime.date.fromisoformat(max(date for date in dates if date and date <= TODAY))
    worked_on = {release.get("hazard_id") for release in releases}
    return {h["hazard_id"] for h in hazards
            if h.get("type", "SHA") == "SHA" and h.get("reported_on") and h["hazard_id"] not in worked_on
            and (latest - datetime.date.fromisoformat(h["reported_on"])).days > years * 365.2425}


def releases_outside_hazards(programme):
    """The same of releases that touch no hazardous area, by GDAL on the layers of the programme."""
    sql = ("SELECT release_id FROM land_release r WHERE NOT EXISTS (SELECT 1 FROM hazards h JOIN rtree_hazards_geom x ON x.id = h.fid "
           "WHERE x.minx <= ST_MaxX(r.geom) AND x.maxx >= ST_MinX(r.geom) AND x.miny <= ST_MaxY(r.geom) AND x.maxy >= ST_MinY(r.geom) "
           "AND ST_Intersects(h.geom, r.geom))")
    fresh("outside.csv")
    subprocess.run(["ogr2ogr", "-f", "CSV", "outside.csv", programme, "-sql", sql], check=True, capture_output=True)
    with open("outside.csv", encoding="utf-8") as file:
        return {row["release_id"] for row in csv.DictReader(file)}


def ids_told_by(rule, result):
    return {issue["id"] for issue in result["issues"] if issue["rule"] == rule}


def statements_are_true(programme, folder, result):
    """Two rules tell what is so in a country without any fault; others work the same out from the same records."""
    stale = ids_told_by("stale-claim", result)
    check(stale == stale_claims(folder), "the old suspicions are those that the files show (%d)" % len(stale))
    outside = ids_told_by("release-outside-hazards", result)
    check(outside == releases_outside_hazards(programme), "the releases outside hazardous areas are those that GDAL finds (%d)" % len(outside))


def a_clean_country_has_next_to_nothing_to_tell():
    fresh("clean", "clean.gpkg")
    firmground("simulate", "clean", "--size", SIZE, "--seed", SEED)
    firmground("init", "clean.gpkg", "--profile", "invented-country")
    as_json("import", "clean.gpkg", "clean")
    result = timed_check("clean.gpkg")
    print("told of a clean country: %s" % {rule["id"]: rule["issues"] for rule in result["rules"] if rule["issues"]})
    statements_are_true("clean.gpkg", "clean", result)
    wrong = {(issue["kind"], issue["id"]) for issue in result["issues"] if issue["severity"] != "review"}
    check(len(wrong) <= 0.001 * result["records"], "errors and warnings name at most 0.1 %% of its records (%d)" % len(wrong))
    rest = {(issue["kind"], issue["id"]) for issue in result["issues"] if issue["rule"] not in TRUE_STATEMENTS}
    check(len(rest) <= 0.005 * result["records"], "and all other rules at most 0.5 %% (%d)" % len(rest))


def every_fault_is_found():
    fresh("dirty", "dirty.gpkg")
    firmground("simulate", "dirty", "--size", SIZE, "--seed", SEED, "--dirty")
    with open("dirty/truth/faults.csv", encoding="utf-8") as file:
        faults = [(row["kind"], (row["table"], row["id"])) for row in csv.DictReader(file)]
    check(set(kind for kind, _ in faults) <= set(TOLD_AS), "every sort of fault has its place in the table")
    firmground("init", "dirty.gpkg", "--profile", "invented-country")
    told, refused = told_by_import(as_json("import", "dirty.gpkg", "dirty", "--keep-good"))
    checked = told_by_check(timed_check("dirty.gpkg"))
    rows = confusion(faults, told + [(rule, names) for rule, names, _ in checked], refused)
    alarms, by_rule = false_alarms(faults, checked, refused)
    print_table(rows, by_rule)
    check(not any(missed for *_, missed in rows), "no fault is missed that the data can tell")
    total = as_json("check", "dirty.gpkg", "--rule", "outline-invalid")["records"]
    check(len(alarms) < 0.01 * total, "false alarms name less than 1 %% of the records (%d of %d)" % (len(alarms), total))


def offered_fixes_end_their_faults():
    before = as_json("check", "dirty.gpkg", "--today", TODAY, "--fix", "--dry-run")
    offered = sum(1 for issue in before["issues"] if issue["fix"])
    check(offered > 0 and len(before["fixed"]) > 0, "fixes are offered (%d)" % offered)
    fixed = as_json("check", "dirty.gpkg", "--today", TODAY, "--fix", "--author", "Aynur")
    check([(r["kind"], r["id"]) for r in fixed["fixed"]] == [(r["kind"], r["id"]) for r in before["fixed"]],
          "the dry run named the same %d records" % len(fixed["fixed"]))
    after = as_json("check", "dirty.gpkg", "--today", TODAY)
    check(not any(issue["fix"] for issue in after["issues"]), "a second check offers none of them again")
    one = fixed["fixed"][0]
    versions = as_json("history", "dirty.gpkg", one["kind"], one["id"])["versions"]
    check(versions[0]["version"] == one["version"] == versions[1]["version"] + 1 and versions[0]["author"] == "Aynur",
          "a fix is a new version with its author")
    # A fix may also settle what another rule tells of the same record: the unit of an area, and with it a sum of areas.
    touched = {(record["kind"], record["id"]) for record in fixed["fixed"]}
    unfixed = [issue for rule, names, issue in told_by_check(before) if not issue["fix"] and not touched & set(names)]
    left = {(issue["rule"], issue["kind"], issue["id"]) for issue in after["issues"]}
    check(all((issue["rule"], issue["kind"], issue["id"]) in left for issue in unfixed), "what a person must decide is still told")


a_clean_country_has_next_to_nothing_to_tell()
every_fault_is_found()
offered_fixes_end_their_faults()
