-- Tables with the vectors of pgvector, on both sides, in the schema in which Supabase has it.
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE TABLE public.document (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, embedding extensions.vector(3), any_length extensions.vector, many extensions.vector[]);
CREATE INDEX document_lists ON public.document USING ivfflat (embedding extensions.vector_l2_ops) WITH (lists = 7);
CREATE INDEX document_cosine ON public.document USING ivfflat (embedding extensions.vector_cosine_ops) WITH (lists = 3) WHERE id > 10;
CREATE INDEX document_order ON public.document (embedding);
