#!/usr/bin/env bash
# Import of finds from CSV with all checks, beside a plain ogr2ogr into GeoPackage without checks (design budget: 1.5 x its time).
# bench/import.sh FIRMGROUND [ROWS]     default 160000 rows; prints seconds (best of 3) and the ratio
set -euo pipefail
firmground=$(realpath "$1")
rows=${2:-160000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
/usr/bin/python3 - "$rows" <<'PYTHON'
import json, random, sys
rows = int(sys.argv[1])
releases = max(1, rows // 10)
random.seed(1)
corners = [(50.7 + 1.7 * random.random(), 41.0 + 1.4 * random.random()) for _ in range(releases)]
with open("finds.csv", "w") as out:
    out.write("find_id,release_id,found_on,device,model,count,depth_cm,longitude,latitude\n")
    for i in range(rows):
        west, south = corners[i % releases]
        out.write(f"F-{i:07},LR-{i % releases:06},2024-{1 + i % 12:02}-02,AP mine,PMN-2,1,12.5,"
                  f"{west + 0.001 * random.random():.8f},{south + 0.001 * random.random():.8f}\n")
features = [{"type": "Feature", "properties": {"release_id": f"LR-{i:06}", "outcome": "cleared", "method": "manual",
             "completed_on": "2024-12-31"}, "geometry": {"type": "Polygon", "coordinates": [[[w, s], [w + 0.001, s],
             [w + 0.001, s + 0.001], [w, s + 0.001], [w, s]]]}} for i, (w, s) in enumerate(corners)]
json.dump({"type": "FeatureCollection", "features": features}, open("land-release.geojson", "w"))
PYTHON
best() {  # best of three runs of a command, in seconds; $1 is run before each
  local least=999999 begin seconds
  for _ in 1 2 3; do
    eval "$1"
    begin=$(date +%s%N)
    "${@:2}" >/dev/null 2>&1
    seconds=$(( ($(date +%s%N) - begin) / 1000000 ))
    (( seconds < least )) && least=$seconds
  done
  echo "$least"
}
"$firmground" init empty.gpkg --profile invented-country -q >/dev/null
"$firmground" import empty.gpkg land-release.geojson -q >/dev/null
ours=$(best 'cp empty.gpkg ours.gpkg' "$firmground" import ours.gpkg finds.csv -q)
again=$(best true "$firmground" import ours.gpkg finds.csv -q)
theirs=$(best 'rm -f theirs.gpkg' ogr2ogr -f GPKG theirs.gpkg finds.csv -oo X_POSSIBLE_NAMES=longitude -oo Y_POSSIBLE_NAMES=latitude \
  -oo AUTODETECT_TYPE=YES -a_srs EPSG:4326)
count=$(sqlite3 ours.gpkg 'SELECT count(*) FROM finds' 2>/dev/null)
echo "rows $count  firmground import ${ours} ms  import again ${again} ms  ogr2ogr ${theirs} ms  ratio $(( 100 * ours / theirs )) %"
