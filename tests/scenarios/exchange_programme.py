"""A centre hands its register over in every format, and takes each handover back: nothing changes, nothing is lost."""
import filecmp
import os
import shutil
import sqlite3
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from programme import as_json, check, firmground, fresh

HEADER = "find_id,release_id,found_on,device,model,count,longitude,latitude\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def same_folder(one, two):
    names = sorted(os.listdir(one))
    return names == sorted(os.listdir(two)) and all(filecmp.cmp(f"{one}/{n}", f"{two}/{n}", shallow=False) for n in names)


fresh("country", "island.gpkg", "plain", "again", "handover")
for name in os.listdir("."):
    if name.startswith(("to-", "from-", "all", "finds", "hazards", "two.", "cut.", "merged.")):
        fresh(name)
firmground("simulate", "country", "--size", "small", "-q")
firmground("init", "island.gpkg", "--profile", "invented-country")
firmground("import", "island.gpkg", "country", "-q")
write("finds-more.csv", HEADER + "=1+1,,2022-05,UXO,\"'@home, Ağdərə 지뢰\",3,51.3,41.5\n-7,,2022,AP mine,0012,,51.30000000012345,41.5\n")
firmground("import", "island.gpkg", "finds-more.csv", "--as", "finds")

# The folder is the register: a new programme made of it exports the same bytes.
told = as_json("export", "island.gpkg", "plain/")
check(told["rows"] > 1000, "the whole register leaves as a folder")
check(any(note["code"] == "EX-0201" for file in told["files"] for note in file["notes"]), "it is said that the person key stays")
check("person_key" not in open("plain/victims.csv", encoding="utf-8").read(), "and it does")
back = as_json("import", "island.gpkg", "plain", "-q")
check(back["accepted"] <= sum(t["rows"] for f in told["files"] for t in f["tables"] if t["kind"] == "victims"),
      "importing the folder again changes no record, but those whose personal fields stayed behind")
firmground("init", "from-plain.gpkg", "--profile", "invented-country")
firmground("import", "from-plain.gpkg", "plain", "-q")
firmground("export", "from-plain.gpkg", "again")
check(same_folder("plain", "again"), "a programme made of the folder exports the same bytes")

for name in ("csv", "geopackage", "shapefile", "shapefile-zip", "kml", "kmz", "xlsx", "flatgeobuf"):
    firmground("export", "island.gpkg", f"to-{name}", "--format", name)
    told = as_json("import", "from-plain.gpkg", f"to-{name}", "-q")
    check(told["accepted"] == 0 and told["refused"] == 0 and told["unchanged"] > 1000, f"{name}: every record comes back unchanged")

for ending in ("gpkg", "xlsx", "kmz", "kml", "shp.zip"):
    firmground("export", "island.gpkg", f"all.{ending}")
    told = as_json("import", "from-plain.gpkg", f"all.{ending}", "-q")
    check(told["accepted"] == 0 and told["refused"] == 0 and told["unchanged"] > 1000, f"all.{ending}: all kinds come back from one file")
firmground("export", "island.gpkg", "finds.gpx")
told = as_json("import", "from-plain.gpkg", "finds.gpx")
check(told["accepted"] == 0 and told["unchanged"] > 100, "a GPS receiver's file of the finds comes back unchanged")

# Metres, history, and what an export refuses.
firmground("export", "island.gpkg", "hazards.shp.zip", "--crs", "EPSG:32639")
told = as_json("export", "island.gpkg", "finds-m.csv", "--as", "finds", "--crs", "EPSG:32639")
check(told["files"][0]["notes"][0]["code"] == "EX-0207", "CSV in metres says which system must be told")
told = as_json("import", "from-plain.gpkg", "finds-m.csv", "--as", "finds", "--crs", "EPSG:32639", "--dry-run")
check(told["refused"] == 0, "and comes back with it")
firmground("export", "island.gpkg", "all-history.gpkg", "--as", "finds", "--history")
rows = sqlite3.connect("all-history.gpkg").execute("SELECT count(*), count(version_entered_at) FROM finds_history").fetchone()
check(rows[0] == rows[1] > 100, "the history names when each version was entered")
check(as_json("export", "island.gpkg", "island.gpkg", "--overwrite", expect=1)["error"]["code"] == "EX-0108",
      "a register is never replaced by an export")
check(as_json("export", "island.gpkg", "finds.gpx", expect=1)["error"]["code"] == "EX-0107", "nor a file that is there")
check(as_json("export", "island.gpkg", "two.csv", "--as", "finds", "--as", "hazards", expect=1)["error"]["code"] == "EX-0103",
      "a CSV holds one kind")

# Broken files, told by name.
shutil.copy("all.xlsx", "cut.xlsx")
os.truncate("cut.xlsx", os.path.getsize("all.xlsx") // 2)
error = as_json("import", "from-plain.gpkg", "cut.xlsx", "--as", "finds", expect=1)["error"]
check("cut.xlsx" in error["message"] and error["code"] == "IN-0103", "a cut XLSX is refused: " + error["message"])
with zipfile.ZipFile("hazards.shp.zip") as full, zipfile.ZipFile("finds-noprj.zip", "w") as bare:
    for name in full.namelist():
        if not name.endswith(".prj"):
            bare.writestr(name, full.read(name))
error = as_json("import", "from-plain.gpkg", "finds-noprj.zip", "--as", "hazards", expect=1)["error"]
check(error["code"] == "IN-0106" and "finds-noprj.zip" in error["message"], "no .prj, no guess: " + error["message"])
told = as_json("import", "from-plain.gpkg", "finds-noprj.zip", "--as", "hazards", "--crs", "EPSG:32639", "--dry-run")
check(told["files"][0]["refused"] == 0 if "files" in told else told["refused"] == 0, "with --crs it is taken")
with zipfile.ZipFile("all.xlsx") as full, zipfile.ZipFile("merged.xlsx", "w") as merged:
    for name in full.namelist():
        end = b"</sheetData>"
        merged.writestr(name, full.read(name).replace(end, end + b'<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'))
error = as_json("import", "from-plain.gpkg", "merged.xlsx", "--as", "finds", expect=1)["error"]
check(error["code"] == "IN-0111" and "A1:B1" in error["message"], "a merged header is refused: " + error["message"])
write("finds-bare.kml", "<kml><Placemark><name>F-9</name><ExtendedData><Data name='find_id'><value>F-9</value></Data><Data "
      "name='device'><value>UXO</value></Data></ExtendedData><Point><coordinates></coordinates></Point></Placemark></kml>")
issue = as_json("import", "from-plain.gpkg", "finds-bare.kml", "--as", "finds", expect=1)["issues"][0]
check(issue["row"] == 1 and issue["id"] == "F-9" and "no coordinates" in issue["error"], "KML without coordinates: " + issue["error"])
