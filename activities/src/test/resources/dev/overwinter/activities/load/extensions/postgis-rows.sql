-- What they hold, in the source.
SET search_path = public;
INSERT INTO shape (kind, any_shape) VALUES
  ('empty', 'POINT EMPTY'), ('empty', 'SRID=4326;GEOMETRYCOLLECTION EMPTY'), ('empty', 'POLYGON ZM EMPTY'), ('empty', 'MULTIPOINT(EMPTY, 1 2)'),
  ('point', 'POINT(-0 1e-300)'), ('point', 'POINT(1e300 0.1)'), ('point', 'POINT ZM(1 2 3 4)'), ('point', ST_MakePoint('NaN', 'Infinity', '-Infinity')),
  ('point', 'SRID=999999;POINT(0.30000000000000004 5e-324)'), ('line', 'LINESTRING(0 0, 0 0)'), ('broken', 'POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))'),
  ('curve', 'CIRCULARSTRING(0 0, 1 1, 2 0)'), ('curve', 'COMPOUNDCURVE(CIRCULARSTRING(0 0, 1 1, 1 0), (1 0, 0 1))'),
  ('curve', 'CURVEPOLYGON(CIRCULARSTRING(0 0, 4 0, 4 4, 0 4, 0 0))'), ('curve', 'MULTISURFACE(CURVEPOLYGON(CIRCULARSTRING(0 0, 4 0, 4 4, 0 4, 0 0)))'),
  ('tin', 'TIN(((0 0 0, 0 0 1, 0 1 0, 0 0 0)))'), ('tin', 'TRIANGLE((0 0, 0 9, 9 0, 0 0))'),
  ('mixed', 'GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1), GEOMETRYCOLLECTION(POINT EMPTY))'),
  ('large', ST_Buffer('POINT(0 0)'::geometry, 1, 20000)), (NULL, NULL);
INSERT INTO shape (kind, any_shape, point, on_earth, route, flat, deep, many, home, stop, stops)
  SELECT 'point', ST_MakePoint(c / 7.0, c % 90, c), ST_SetSRID(ST_MakePoint(c % 180, c % 85 + c / 1e9), 4326),
         ST_MakePoint(-c % 180, c % 90)::geography, ST_MakeLine(ST_MakePoint(c % 180, 1, 2), ST_MakePoint(1, c % 90, 0.1))::geography,
         ST_MakeBox2D(ST_MakePoint(0, 0), ST_MakePoint(c, 1 / (c + 1.0))), ST_3DMakeBox(ST_MakePoint(0, 0, 0), ST_MakePoint(c, 1, 0.1)),
         ARRAY[ST_MakePoint(c, c), NULL, 'SRID=3857;POINT EMPTY'], ST_SetSRID(ST_MakePoint(1, c), 4326),
         ROW('a,"b"', ST_MakePoint(c, c), NULL)::stop, ARRAY[ROW(NULL, NULL::geometry, 'POINT(1 2)'::geography)::stop, NULL]
    FROM generate_series(1, 3000) c;
INSERT INTO shape (kind, solid, measured, on_earth) VALUES
  ('solid', 'POLYHEDRALSURFACE Z(((0 0 0, 0 0 1, 0 1 1, 0 1 0, 0 0 0)))', 'SRID=3857;LINESTRING M(0 0 0, 1 1 9.9999)', 'POLYGON((0 0, 179 0, 179 89, 0 0))');
INSERT INTO visit SELECT '2025-06-01'::date + c, ST_SetSRID(ST_MakePoint(c % 180, c % 90), 4326) FROM generate_series(1, 900) c;
REFRESH MATERIALIZED VIEW hull;
RESET search_path;
