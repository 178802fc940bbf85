#!/usr/bin/env bash
# The land account of a nation in Firmground and in PostGIS, side by side: seconds, their ratio, and whether every piece of ground
# has the same area to the square metre. Needs postgresql-15 with PostGIS; makes a cluster of its own in a temporary folder and
# takes it away again.
#   bench/land_account_postgis.sh build/release/bench_land_account [HAZARDS [RELEASES]]      default 20000 20000
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bench=$(realpath "$1")
hazards=${2:-20000}
releases=${3:-$hazards}
bin=$(pg_config --bindir 2>/dev/null || ls -d /usr/lib/postgresql/*/bin | tail -1)
[[ -x $bin/initdb ]] || { echo "PostgreSQL is not installed: apt-get install postgresql-15-postgis-3"; exit 1; }
folder=$(mktemp -d)
as=()
if [[ $(id -u) == 0 ]]; then  # PostgreSQL refuses to run as root
  chown postgres "$folder"
  as=(runuser -u postgres --)
fi
cd "$folder"
# shellcheck disable=SC2317
stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$folder/cluster" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
"${as[@]}" "$bin/initdb" -D cluster -E UTF8 --locale=C -A trust >/dev/null
"${as[@]}" "$bin/pg_ctl" -D cluster -w -l cluster.log \
  -o "-c listen_addresses= -c unix_socket_directories=$folder -c shared_buffers=512MB -c fsync=off -c max_wal_size=4GB" start >/dev/null
sql() { "${as[@]}" "$bin/psql" -h "$folder" -d postgres -X -q -v ON_ERROR_STOP=1 "$@"; }

"$bench" --write "$folder" "$hazards" "$releases" | tee ours.txt
chmod -R a+rX "$folder"
sql -c "CREATE EXTENSION postgis"
for table in hazard release district; do
  sql -c "CREATE UNLOGGED TABLE $table (id text PRIMARY KEY, rank int, g geometry(MultiPolygon, 32639))"
  sql -c "\\copy $table FROM '$folder/$table.csv' CSV"
  sql -c "CREATE INDEX ON $table USING gist (g)" -c "ANALYZE $table"
done
sql -At -c "SELECT 'invalid polygons: ' || count(*) FROM (SELECT g FROM hazard UNION ALL SELECT g FROM release UNION ALL SELECT g FROM district) a WHERE NOT ST_IsValid(g)"
# Milliseconds of processor that the server's finished processes have used.
server_cpu() { sleep 1; awk '{ print 10 * ($16 + $17) }' "/proc/$(head -1 cluster/postmaster.pid)/stat"; }
cpu=$(server_cpu)
begin=$(date +%s%N)
sql -f "$here/land_account_postgis.sql"
theirs=$(( ($(date +%s%N) - begin) / 1000000 ))
cpu=$(( $(server_cpu) - cpu ))
sql -c "CREATE UNLOGGED TABLE ours (hazard text, release text, district text, area float8)" -c "\\copy ours FROM '$folder/piece.csv' CSV"
sql -At -F ' ' -c "
  WITH b AS (SELECT coalesce(hazard, '') h, coalesce(release, '') r, coalesce(district, '') d, sum(area) area FROM piece GROUP BY 1, 2, 3),
       a AS (SELECT coalesce(hazard, '') h, coalesce(release, '') r, coalesce(district, '') d, area FROM ours),
       c AS (SELECT coalesce(a.area, 0) ours, coalesce(b.area, 0) theirs FROM a FULL JOIN b USING (h, r, d))
  SELECT format('pieces %s, largest difference %s m2, total ours %s m2, theirs %s m2, pieces that differ by 1 m2 or more: %s',
    count(*), round(max(abs(ours - theirs))::numeric, 4), round(sum(ours)::numeric, 1), round(sum(theirs)::numeric, 1),
    count(*) FILTER (WHERE abs(ours - theirs) >= 1)) FROM c" | tee same.txt
own=$(sed -n 's/^account \([0-9]*\) ms.*/\1/p' ours.txt)
own_cpu=$(sed -n 's/.* \([0-9]*\) ms of processor.*/\1/p' ours.txt)
awk -v ours="$own" -v theirs="$theirs" -v ours_cpu="$own_cpu" -v theirs_cpu="$cpu" 'BEGIN {
  printf "wall: Firmground %d ms, PostGIS %d ms, %.1f times as long\n", ours, theirs, theirs / ours
  printf "processor: Firmground %d ms, PostGIS %d ms, %.1f times as much\n", ours_cpu, theirs_cpu, theirs_cpu / ours_cpu }'
grep -q 'or more: 0$' same.txt || { echo "the areas differ"; exit 1; }
