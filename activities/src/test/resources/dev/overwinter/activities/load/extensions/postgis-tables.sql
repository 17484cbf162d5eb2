-- Tables with the types of PostGIS, on both sides; as on many Supabase projects it lives where the tables live.
CREATE EXTENSION postgis SCHEMA public;
CREATE DOMAIN public.place AS public.geometry(Point, 4326);
CREATE TYPE public.stop AS (name text, at public.geometry, reach public.geography);
CREATE TABLE public.shape (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text, any_shape public.geometry, point public.geometry(Point, 4326),
  solid public.geometry(PolyhedralSurfaceZ), measured public.geometry(LineStringM, 3857), on_earth public.geography,
  route public.geography(LineStringZ, 4326), flat public.box2d, deep public.box3d, many public.geometry[], home public.place,
  stop public.stop, stops public.stop[],
  middle public.geometry GENERATED ALWAYS AS (public.ST_Centroid(any_shape)) STORED);
CREATE INDEX shape_any ON public.shape USING gist (any_shape);
CREATE INDEX shape_any_nd ON public.shape USING gist (any_shape public.gist_geometry_ops_nd) WHERE kind <> 'point';
CREATE INDEX shape_spgist ON public.shape USING spgist (any_shape);
CREATE INDEX shape_brin ON public.shape USING brin (point) WITH (pages_per_range = 4);
CREATE INDEX shape_earth ON public.shape USING gist (on_earth) WITH (fillfactor = 70);
CREATE INDEX shape_metres ON public.shape USING gist (public.ST_Transform(point, 3857));
CREATE INDEX shape_cast ON public.shape USING gist ((point::public.geography));
CREATE INDEX shape_btree ON public.shape (point, kind DESC NULLS LAST);
CREATE INDEX shape_hash ON public.shape USING hash (public.ST_GeoHash(point));
CREATE TABLE public.visit (at date, place public.geometry(Point, 4326)) PARTITION BY RANGE (at);
CREATE TABLE public.visit_2025 PARTITION OF public.visit FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE public.visit_later PARTITION OF public.visit DEFAULT;
CREATE INDEX visit_place ON public.visit USING gist (place);
CREATE VIEW public.metres AS SELECT id, public.ST_Transform(point, 3857) AS point FROM public.shape;
CREATE MATERIALIZED VIEW public.hull AS SELECT public.ST_ConvexHull(public.ST_Collect(point)) AS hull FROM public.shape;
ALTER TABLE public.shape ADD CONSTRAINT valid CHECK (kind = 'broken' OR public.ST_IsValid(flat::public.geometry));
