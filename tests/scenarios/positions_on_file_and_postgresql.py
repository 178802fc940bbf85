"""Positions come as people write them: grid references, degrees and minutes, Soviet zones, legs. The place is right, and what was given stays.

One place near Aghdam, 46.93 E 39.99 N on WGS 84, is written in four ways; cct and cs2cs of PROJ made the numbers.
"""
import csv
import json
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh, postgres_place  # noqa: E402

LON, LAT = 46.93, 39.99
LEGS = ("record_id,leg,role,from_point,to_point,easting,northing,crs,bearing,bearing_unit,bearing_reference,distance,distance_unit\n"
        "F-1,1,tie-in,mill,A,8664944.4,4430293.5,SK-42 zone 8,12.5,mil6000,magnetic,300,m\n"
        "F-1,2,boundary,A,B,,,,0,mil6000,magnetic,100,m\nF-1,3,boundary,B,C,,,,1500,mil6000,magnetic,200,paces\n"
        "F-1,4,boundary,C,D,,,,3000,mil6000,magnetic,100,m\nF-1,5,boundary,D,A,,,,4500,mil6000,magnetic,200,paces\n")


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def metres_off(lon, lat):
    return math.hypot((lon - LON) * 85_400, (lat - LAT) * 111_000)


def entered(programme, name, text, *options, kind="finds"):
    write(name, text)
    return as_json("import", programme, name, "--as", kind, *options)


def shown(programme, kind, record):
    return next(v for v in as_json("history", programme, kind, record)["versions"] if v["shown"])


def exported(programme, kind, name):
    firmground("export", programme, name, "--as", kind, "--overwrite")
    if name.endswith(".csv"):
        return {row[next(iter(row))]: row for row in csv.DictReader(open(name, encoding="utf-8"))}
    features = json.load(open(name, encoding="utf-8"))["features"]
    return {next(iter(f["properties"].values())): f for f in features}


def enter_positions(programme):
    entered(programme, "mgrs.csv", "find_id,device,found_on,MGRS\nF-M,UXO,2024-05-01,38S PK 64773 28431\n")
    entered(programme, "dms.csv", "find_id,device,found_on,latitude,longitude\n"
            "F-D,UXO,2024-05-02,\"39°59'24.0\"\"N\",\"46°55'48.0\"\"E\"\nF-R,UXO,2024-05-02,\"39°59'24,0\"\" с.ш.\",В 46 55.8\n")
    entered(programme, "zone.csv", "find_id,device,found_on,x,y\nF-Z,UXO,2024-05-03,8664944.4,4430293.5\n", "--crs", "SK-42 zone 8")
    entered(programme, "plain.csv", "find_id,device,found_on,longitude,latitude\nF-W,UXO,2024-05-04,46.93,39.99\n")
    finds = exported(programme, "finds", "finds.csv")
    for find in ("F-M", "F-D", "F-R", "F-Z", "F-W"):
        off = metres_off(float(finds[find]["longitude"]), float(finds[find]["latitude"]))
        check(off < 1, "%s lies %.2f m from the place" % (find, off))
    return finds


def check_what_was_given(programme, finds):
    check(finds["F-M"]["entered_as"] == "38S PK 64773 28431" and finds["F-M"]["entered_crs"] == "MGRS", "the grid reference stays")
    check(finds["F-D"]["entered_as"] == "latitude 39°59'24.0\"N, longitude 46°55'48.0\"E", "the degrees stay as written")
    zone = shown(programme, "finds", "F-Z")["as_entered"]
    check(zone["entered_as"] == "y 4430293.5, x 8664944.4" and zone["entered_crs"] == "SK-42 zone 8", "the zone's numbers stay")
    check(zone["derived_by"] == "EPSG:15865 Pulkovo 1942 to WGS 84 (16)" and zone["derived_accuracy_m"] == 4.5,
          "with the operation and its accuracy")
    check(shown(programme, "finds", "F-W")["as_entered"] is None, "degrees on WGS 84 need no note")
    told = firmground("history", programme, "finds", "F-Z").stdout
    check("position entered as y 4430293.5, x 8664944.4 in SK-42 zone 8; derived by EPSG:15865" in told, "history says so in words")


def check_refusals(programme):
    refused = entered_refused(programme, "bad.csv", "find_id,device,mgrs\nF-1,UXO,38SAJ1234567890\n")
    issue = refused["issues"][0]
    check((issue["row"], issue["field"], issue["value"]) == (1, "mgrs", "38SAJ1234567890"), "a square that is not there is refused")
    check("38SNJ1234567890" in issue["remedy"], "and the remedy shows how it is written")
    refused = entered_refused(programme, "bad.csv", "find_id,device,latitude,longitude\nF-1,UXO,39 72 10 N,46 55 48 E\n")
    check(refused["issues"][0]["field"] == "latitude", "72 minutes are refused")
    write("open.csv", "find_id,device,x,y\nF-1,UXO,664773,4428431\n")
    done = firmground("import", programme, "open.csv", "--as", "finds", expect=1)
    check("never guessed" in done.stderr, "metres without a CRS are not taken")


def entered_refused(programme, name, text):
    write(name, text)
    return as_json("import", programme, name, "--as", "finds", expect=1)


def check_legs(programme):
    entered(programme, "minefield-records.csv", "record_id,recorded_on,source\nF-1,1994-05-20,archive\n", kind="minefield-records")
    entered(programme, "legs.csv", LEGS, kind="minefield-record-legs")
    ground = exported(programme, "minefield-records", "records.geojson")["F-1"]
    ring = ground["geometry"]["coordinates"][0]
    nearest = min(metres_off(*corner) for corner in ring)
    check(ground["geometry"]["type"] == "Polygon" and abs(nearest - 300) < 5, "the field begins 300 m from the mill (%.1f m)" % nearest)
    how = ground["properties"]["derived_by"]
    check(how.startswith("legs from a reference point: EPSG:15865") and "declination" in how, "it says: " + how)
    check("mill at 8664944.4 4430293.5" in ground["properties"]["entered_as"], "the legs stay as written")
    told = as_json("history", programme, "minefield-records", "F-1")
    check(len(told["versions"]) == 1 and told["by_legs"]["entered_crs"] == "SK-42 zone 8", "no version pretends to a place of its own")
    check("maps show where its legs lead" in firmground("history", programme, "minefield-records", "F-1").stdout, "history says so")
    return how


def check_round_trip(programme, how):
    fresh("out", "second.gpkg")
    firmground("export", programme, "out")
    again = as_json("import", programme, "out", "--dry-run")
    check(again["accepted"] == 0 and again["refused"] == 0, "what was exported changes nothing where it came from")
    firmground("init", "second.gpkg", "--profile", "azerbaijan")
    firmground("import", "second.gpkg", "out")
    check(exported("second.gpkg", "finds", "finds2.csv") == exported(programme, "finds", "finds.csv"), "another register takes all of it")
    check(exported("second.gpkg", "minefield-records", "records2.geojson")["F-1"]["properties"]["derived_by"] == how,
          "and still knows that the field's place comes from its legs")
    check(as_json("history", "second.gpkg", "minefield-records", "F-1")["by_legs"] is not None, "which are its only place there too")
    for each in (programme, "second.gpkg"):
        check(as_json("verify", each)["findings"] == [], "the register is whole")


def run(programme):
    firmground("init", programme, "--profile", "azerbaijan")
    check_what_was_given(programme, enter_positions(programme))
    check_refusals(programme)
    check_round_trip(programme, check_legs(programme))


fresh("caucasus.gpkg", "copied.gpkg")
run("caucasus.gpkg")
server = postgres_place("positions")
run(server)
firmground("copy", server, "copied.gpkg")
check(exported("copied.gpkg", "finds", "finds3.csv") == exported(server, "finds", "finds.csv"), "a copy in the other store tells the same")
