-- The types of the extensions that come with PostgreSQL, in a schema of their own as on Supabase.
CREATE SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION hstore SCHEMA extensions;
CREATE EXTENSION ltree SCHEMA extensions;
CREATE EXTENSION cube SCHEMA extensions;
CREATE EXTENSION earthdistance SCHEMA extensions;
CREATE EXTENSION isn SCHEMA extensions;
CREATE EXTENSION seg SCHEMA extensions;
CREATE EXTENSION intarray SCHEMA extensions;
CREATE EXTENSION lo SCHEMA extensions;

INSERT INTO torture.literal (type, value) VALUES
  ('extensions.citext', ''), ('extensions.citext', 'ÄöÜ "a"\N'), ('extensions.citext', 'NULL'),
  ('extensions.hstore', ''), ('extensions.hstore', '"a b"=>"\"q\\", n=>NULL, N=>"NULL", ""=>"", "😀,"=>"=>"'),
  ('extensions.ltree', ''), ('extensions.ltree', 'Top.a_1.' || repeat('x', 255)), ('extensions.lquery', '*{2,}.!a@*|b%.c{1,3}.*'), ('extensions.ltxtquery', 'a* & (!b@ | c%)'),
  ('extensions.cube', '()'), ('extensions.cube', '(0.1,-0,1e300),(NaN,Infinity,5e-324)'), ('extensions.cube', '(1),(2)'), ('extensions.earth', '(6378168,0,0)'),
  ('extensions.ean13', '978-0-393-04002-9'), ('extensions.isbn13', '978-0-393-04002-9'), ('extensions.ismn13', '979-0-2600-0043-8'), ('extensions.issn13', '977-1436-452-00-8'),
  ('extensions.isbn', '0-393-04002-X'), ('extensions.ismn', 'M-2600-0043-8'), ('extensions.issn', '1436-4522'), ('extensions.upc', '220356483481'),
  ('extensions.seg', '1.50'), ('extensions.seg', '0.1(+-)0.05'), ('extensions.seg', '~6.50 .. >7e10'), ('extensions.seg', '<1 .. '), ('extensions.query_int', '1&(2|!3)'), ('extensions.lo', '4294967295');
