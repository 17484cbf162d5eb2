-- What pgvector has since 0.5 and 0.7.
CREATE INDEX document_graph ON public.document USING hnsw (embedding extensions.vector_l2_ops) WITH (m = 8, ef_construction = 40);
CREATE TABLE public.small_document (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, half extensions.halfvec(4), sparse extensions.sparsevec(1000), signs bit(64), full_size extensions.vector(4));
CREATE INDEX small_half ON public.small_document USING hnsw (half extensions.halfvec_cosine_ops);
CREATE INDEX small_sparse ON public.small_document USING hnsw (sparse extensions.sparsevec_l2_ops) WITH (m = 4);
CREATE INDEX small_signs ON public.small_document USING hnsw (signs extensions.bit_hamming_ops);
CREATE INDEX small_halved ON public.small_document USING hnsw ((full_size::extensions.halfvec(4)) extensions.halfvec_l1_ops);
CREATE INDEX small_binary ON public.small_document USING ivfflat (((extensions.binary_quantize(full_size))::bit(4)) extensions.bit_hamming_ops) WITH (lists = 2);
