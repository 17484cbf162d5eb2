-- What they hold, in the source.
INSERT INTO public.small_document (half, sparse, signs, full_size) VALUES
  ('[0,-0,65504,6e-08]', '{}/1000', repeat('0', 64)::bit(64), '[0,-0,1e-45,1]'),
  ('[0.1,-65504,1,6.1e-05]', '{1:1.5,1000:-3.4028235e38}/1000', repeat('01', 32)::bit(64), NULL), (NULL, NULL, NULL, NULL);
INSERT INTO public.small_document (half, sparse, signs, full_size)
  SELECT ARRAY[c, 1 / (c + 1.0), sqrt(c), -c]::real[]::extensions.halfvec, format('{%s:%s}/1000', c % 1000 + 1, 1 / (c + 1.0))::extensions.sparsevec,
         c::bigint::bit(64), ARRAY[c, 1 / (c + 1.0), sqrt(c), -c]::real[]::extensions.vector
    FROM generate_series(1, 1000) c;
