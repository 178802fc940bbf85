"""An information officer reviews what an operator sent, finds duplicates, takes a file back, and proves the register whole."""
import json
import os
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

PROGRAMME = "review.gpkg"
FINDS = "find_id,release_id,found_on,device,count,longitude,latitude\n"
os.environ["FIRMGROUND_AUTHOR"] = "Leyla"
os.environ["FIRMGROUND_PASSPHRASE"] = "lamp river seven moss gate"
os.environ["FIRMGROUND_SECOND_PASSPHRASE"] = "stone winter field bread oak"


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def hazard(west, **properties):
    ring = [[west, 41.1], [west + 0.01, 41.1], [west + 0.01, 41.11], [west, 41.11], [west, 41.1]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def shown(kind):
    with sqlite3.connect(PROGRAMME) as database:
        return [row[0] for row in database.execute("SELECT %s_id FROM %s ORDER BY 1" % (kind[:-1], kind))]


for name in os.listdir("."):
    fresh(name)
firmground("init", PROGRAMME, "--profile", "invented-country")
write("hazards.geojson", json.dumps({"type": "FeatureCollection", "features": [
    hazard(51.1, hazard_id="HA-1", type="CHA", reported_on="2021-03-01"),
    hazard(51.1002, hazard_id="HA-1-bis", type="SHA", reported_on="2021-04-01")]}))
firmground("import", PROGRAMME, "hazards.geojson")
sent = as_json("import", PROGRAMME, write("finds.csv", FINDS + "F-1,,2022-05-01,AP mine,1,51.101,41.101\n"
                                                               "F-2,,2022-05-02,AV mine,2,51.102,41.102\n"),
               "--state", "submitted", "--reason", "weekly report")
check(shown("finds") == [], "what is submitted is on no map")
refused = as_json("withdraw", PROGRAMME, "finds", "F-9", "--reason", "no such find", expect=1)
check(refused["error"]["id"] == "registry.no_such_record", "a record that is not there is told of")
firmground("approve", PROGRAMME, expect=2)
approved = as_json("approve", PROGRAMME, "--batch", sent["batch"], "--reason", "checked on the sheets")
check(approved["decided"] == 2 and shown("finds") == ["F-1", "F-2"], "a batch is approved at once")
late = as_json("reject", PROGRAMME, "finds", "F-1", "--reason", "illegible", "--expect", "1", expect=1)
check(late["error"]["id"] == "registry.conflict", "a reviewer who looked at an older version is told")

write("hazards.geojson", json.dumps({"type": "FeatureCollection", "features": [
    hazard(51.1005, hazard_id="HA-1", type="CHA", reported_on="2021-05-01", device="AP mine")]}))
firmground("import", PROGRAMME, "hazards.geojson")
diff = as_json("diff", PROGRAMME, "HA-1")
check([f["field"] for f in diff["fields"]] == ["device", "reported_on"], "two versions are compared field by field")
check(40 < diff["geometry"]["moved_m"] < 45 and diff["geometry"]["gained_m2"] > 40000, "and outline by outline")

merged = as_json("merge", PROGRAMME, "hazards", "HA-1-bis", "--into", "HA-1", "--reason", "surveyed twice")
check(shown("hazards") == ["HA-1"], "of two duplicates one is on the map")
check(as_json("history", PROGRAMME, "HA-1-bis")["merged_into"] == "HA-1", "and the other says which")
firmground("undo-import", PROGRAMME, merged["batch"], "--reason", "two fields after all")
check(shown("hazards") == ["HA-1", "HA-1-bis"], "a merger is taken back like any batch")
undone = as_json("undo-import", PROGRAMME, sent["batch"], "--reason", "wrong operator")
check(undone["versions"] == 2 and undone["later"] == 2, "what was approved since stays")
actions = [b["action"] for b in as_json("history", PROGRAMME)["batches"]]
check(actions == ["undo-import", "undo-import", "merge", "import", "approve", "import", "import"], "every entry is listed")

refused = as_json("withdraw", PROGRAMME, "hazards", "HA-1-bis", "--reason", "of another country", expect=1)
check(refused["error"]["id"] == "registry.hazard_needs_evidence", "one person takes no hazard off the map")
firmground("withdraw", PROGRAMME, "hazards", "HA-1-bis", "--reason", "of another country", "--second-person", "Orkhan")
check(shown("hazards") == ["HA-1"], "two do, with a reason")
check(as_json("history", PROGRAMME, "HA-1-bis")["versions"][0]["author"] == "Leyla and Orkhan", "and both names stay")

write("sketch.txt", "two rows along the ditch")
firmground("attach", PROGRAMME, "hazards", "HA-1", "sketch.txt", "--caption", "sketch")
firmground("vault", "init", PROGRAMME, "--person", "Leyla")
firmground("vault", "grant", PROGRAMME, "--person", "Leyla", "--second-person", "Orkhan")
key = as_json("vault", "add", PROGRAMME, "V-1", "--person", "Leyla", "--name", "Rashad", "--born", "1984")["person_key"]
firmground("vault", "read", PROGRAMME, "V-1", "--person", "Leyla", expect=2)
read = as_json("vault", "read", PROGRAMME, "V-1", "--person", "Leyla", "--reason", "prosthesis is ready")
check(read["name"] == "Rashad" and read["person_key"] == key, "a reading has a person and a reason")
firmground("vault", "export", PROGRAMME, "--person", "Leyla", "--second-person", "Leyla", "--reason", "no", "--out", "v.json",
           expect=1)
check(not os.path.exists("v.json"), "one person alone exports nothing")
firmground("vault", "export", PROGRAMME, "--person", "Leyla", "--second-person", "Orkhan", "--reason", "ministry", "--out", "v.json")
check("Rashad" not in firmground("history", PROGRAMME).stdout, "no name is in the register")

whole = as_json("verify", PROGRAMME)
check(whole["whole"] and whole["attachments"] == 1, "the register is whole")
backup = as_json("backup", PROGRAMME, "kept.gpkg")
check(backup["head"] == whole["head"] and backup["vault"], "a backup has the same head, and the vault")
with sqlite3.connect(PROGRAMME) as database:
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute('DROP TRIGGER "%s"' % trigger)
    database.execute("UPDATE finds_version SET count = 20 WHERE find_id = 'F-2' AND version_number = 2")
tampered = as_json("verify", PROGRAMME, "--head", whole["head"], expect=1)
check(tampered["findings"][0]["id"] == "F-2" and tampered["findings"][0]["version"] == 2, "the record that was changed is named")
firmground("restore", "kept.gpkg", PROGRAMME, expect=1)
restored = as_json("restore", "kept.gpkg", PROGRAMME, "--force")
check(os.path.exists(restored["replaced"]), "what was there is kept")
check(as_json("verify", PROGRAMME, "--head", whole["head"])["whole"], "the restored register is whole")

text = firmground("schema", "quality-visits").stdout
check("Personal: never leaves" in text and "sampling" in text, "the columns of a kind are told")
visits = write("quality-visits.csv", "visit_id,visited_on,kind,result,inspector\nQV-1,2018-02-01,sampling,conforming,R. Aliyev\n"
                                     "QV-2,2015-02-01,sampling,conforming,R. Aliyev\n")
told = as_json("import", PROGRAMME, visits)
check([(i["row"], i["field"]) for i in told["issues"] if i["code"] == "RG-0506"] == [(1, "kind")], "a word that did not stand then is an issue")
check("R. Aliyev" not in firmground("history", PROGRAMME, "QV-1").stdout, "a personal value is not shown")
check(as_json("schema", "quality-visits")["properties"]["inspector"]["x-privacy"] == "personal", "a form knows what is personal")
shutil.rmtree("review.attachments")
check("is missing" in as_json("verify", PROGRAMME, expect=1)["findings"][0]["what"], "a paper that is missing is told of")
