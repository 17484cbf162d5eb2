-- What they hold, in the source.
INSERT INTO public.document (embedding, any_length, many) VALUES
  ('[0,-0,0.1]', '[1e-45]', '{}'), ('[3.4028235e38,-3.4028235e38,16777216]', '[1]', ARRAY['[1,2]'::extensions.vector, NULL, '[3]']), (NULL, NULL, NULL),
  ('[1,1,1]', (SELECT array_agg(1 / (c + 3.0)) FROM generate_series(1, 16000) c)::real[]::extensions.vector, NULL);
INSERT INTO public.document (embedding)
  SELECT ARRAY[c, 1 / (c + 1.0), sqrt(c)]::real[]::extensions.vector FROM generate_series(1, 3000) c;
