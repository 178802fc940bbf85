-- The land account of docs/methods/land-accounting.md in PostGIS, as well as it can be said there: every overlay is local (GiST
-- finds what overlaps; nothing is united over the whole country), what decides is taken out first, districts cut only what they do
-- not cover. Edges are straight in the programme CRS on both sides. Reads hazard, release, district(id, rank, …, g); makes piece.
-- It does less than Firmground: no ellipsoid, no double claims named, no processed area, no validity report.
\set ON_ERROR_STOP on
SET jit = off;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
SET work_mem = '256MB';
SET synchronous_commit = off;

-- Each release less those that decide before it.
CREATE UNLOGGED TABLE release_own AS
SELECT r.id,
       CASE WHEN s.g IS NULL THEN r.g ELSE ST_Difference(r.g, s.g) END AS g
FROM release r
LEFT JOIN LATERAL (
  SELECT ST_Union(o.g) AS g FROM release o WHERE o.rank < r.rank AND ST_Intersects(o.g, r.g)
) s ON true;
DELETE FROM release_own WHERE ST_IsEmpty(g);
CREATE INDEX ON release_own USING gist (g);

-- Each hazard less those that decide before it.
CREATE UNLOGGED TABLE hazard_own AS
SELECT h.id,
       CASE WHEN s.g IS NULL THEN h.g ELSE ST_Difference(h.g, s.g) END AS g
FROM hazard h
LEFT JOIN LATERAL (
  SELECT ST_Union(o.g) AS g FROM hazard o WHERE o.rank < h.rank AND ST_Intersects(o.g, h.g)
) s ON true;
DELETE FROM hazard_own WHERE ST_IsEmpty(g);
CREATE INDEX ON hazard_own USING gist (g);
ANALYZE release_own;
ANALYZE hazard_own;

-- Released in a hazard, remaining of a hazard, released outside of any.
CREATE UNLOGGED TABLE whole_piece AS
SELECT h.id AS hazard, r.id AS release, ST_CollectionExtract(ST_Intersection(h.g, r.g), 3) AS g
FROM hazard_own h JOIN release_own r ON ST_Intersects(h.g, r.g);
INSERT INTO whole_piece
SELECT h.id, NULL, CASE WHEN s.g IS NULL THEN h.g ELSE ST_CollectionExtract(ST_Difference(h.g, s.g), 3) END
FROM hazard_own h
LEFT JOIN LATERAL (SELECT ST_Union(r.g) AS g FROM release r WHERE ST_Intersects(r.g, h.g)) s ON true;
INSERT INTO whole_piece
SELECT NULL, r.id, CASE WHEN s.g IS NULL THEN r.g ELSE ST_CollectionExtract(ST_Difference(r.g, s.g), 3) END
FROM release_own r
LEFT JOIN LATERAL (SELECT ST_Union(h.g) AS g FROM hazard h WHERE ST_Intersects(h.g, r.g)) s ON true;
DELETE FROM whole_piece WHERE ST_IsEmpty(g);
ANALYZE whole_piece;

-- Cut by districts; what lies in none is kept under none.
CREATE UNLOGGED TABLE piece AS
SELECT p.hazard, p.release, d.id AS district,
       ST_Area(CASE WHEN ST_Covers(d.g, p.g) THEN p.g ELSE ST_Intersection(d.g, p.g) END) AS area
FROM district d JOIN whole_piece p ON ST_Intersects(d.g, p.g);
INSERT INTO piece
SELECT p.hazard, p.release, NULL, ST_Area(ST_Difference(p.g, n.g))
FROM whole_piece p, (SELECT ST_Union(g) AS g FROM district) n
WHERE NOT ST_Covers(n.g, p.g);
