-- What the tables of rare shapes hold, in the source.
INSERT INTO app."select" VALUES
  (1, 'user', NULL, 2, 3, 4, '$parts', '{"$bytes",NULL}', '{}', '\', '''', 5, '{"$text": {"$text": 1}}'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'null');
INSERT INTO app.éééééééééééééééééééééééééééééééx VALUES ('x', 'y');
INSERT INTO app.éééééééééééééééééééééééééééééééy VALUES ('y', 'x');
INSERT INTO app.computed (width, height, name) VALUES (1.10, 2.00, 'é'), ('NaN', 1, ''), (NULL, NULL, NULL);
INSERT INTO app.altered VALUES ('a', 'b', DEFAULT), (NULL, '', NULL);
INSERT INTO app.nothing_left DEFAULT VALUES;
INSERT INTO app.of_a_type VALUES ('s', 1, '{}');
INSERT INTO app.unlogged VALUES (1, 'note'), (1, 'note');
INSERT INTO app.hashed SELECT c, pg_catalog.repeat('é', c) FROM pg_catalog.generate_series(1, 50) c;
INSERT INTO app.hashed VALUES (NULL, NULL);
INSERT INTO app.listed (level, n) VALUES ('low', 1), ('é😀,{}', 2), (NULL, 3), (NULL, NULL);
INSERT INTO app.by_expression
  VALUES ('A', 1), ('M', 0), ('m', NULL), (NULL, NULL);
INSERT INTO app.second_parent VALUES ('parent', 'blue');
INSERT INTO app.other_order VALUES ('green', 3, 4, 'other');
INSERT INTO app.grandchild VALUES ('red', 5, 6, 'n', 'x', 'deep');
INSERT INTO app.stored (n, plain, external, extended, main)
  VALUES (1, pg_catalog.repeat('p', 3000), pg_catalog.repeat('é', 4000), pg_catalog.repeat('é', 4000), pg_catalog.repeat('m', 4000));
INSERT INTO app.stored (n, external, extended, main, bytes, doc, many)
  SELECT 2, string_agg(md5(c::text), E'\\😀\t'), string_agg(md5(c::text), ''), repeat('main', 1000),
         decode(string_agg(md5(c::text), ''), 'hex'), jsonb_object_agg(c, md5(c::text)), array_agg(md5(c::text) || '"')
    FROM generate_series(1, 10000) c;
-- Beyond what one string of the archive's JSON holds, with characters of several bytes on its border.
INSERT INTO app.stored (n, external, extended, bytes, doc, many)
  VALUES (3, 'x' || repeat('😀', 600000), repeat(E'é"\\\n', 400000), decode(repeat('00ff5c0a', 300000), 'hex'),
          to_jsonb(repeat(E'é"\\', 700000)), ARRAY[repeat('"', 600000), NULL, repeat(',', 600000)]);
INSERT INTO app.policed VALUES (1);
ALTER TABLE app.kept DISABLE RULE nothing;
INSERT INTO app.kept VALUES (1);
ALTER TABLE app.kept ENABLE RULE nothing;
INSERT INTO app.wide DEFAULT VALUES;
INSERT INTO app.wide ("column 1", "column 3", "column 1600") VALUES (true, '', 'x');
