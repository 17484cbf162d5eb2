INSERT INTO public.units (id, parent_id, code, name, during, a, b) OVERRIDING SYSTEM VALUE
  SELECT i, nullif(i / 2, 0), 'c' || i, 'Name ' || i, int4range(i, i + 1), i, i FROM generate_series(1, 500) i;
INSERT INTO public."Odd Names" ("Unit Id", code, a, b, n) SELECT i, 'c' || i, i, i, i FROM generate_series(1, 300) i;
INSERT INTO public.readings (id, unit_id, at, value)
  SELECT i, 1 + i % 500, date '2025-06-01' + i % 500, i FROM generate_series(1, 5000) i;
INSERT INTO public.alarms (id, reading_id, reading_at) SELECT i, i, date '2025-06-01' + i % 500 FROM generate_series(1, 100) i;
