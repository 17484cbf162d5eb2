-- What the writers of the freeze's tests need beside the application: one table for each kind of
-- write. Run as the superuser; the tables become those of whom they belong to.

-- ---------------------------------------------------------------- of Supabase Auth
set role supabase_auth_admin;
create table auth.audit_log_entries (
  instance_id uuid, id uuid primary key, payload json, created_at timestamptz,
  ip_address varchar(64) not null default '');
create table auth.mfa_amr_claims (
  session_id uuid not null references auth.sessions on delete cascade,
  created_at timestamptz not null, updated_at timestamptz not null,
  authentication_method text not null, id uuid primary key,
  constraint mfa_amr_claims_session_id_authentication_method_pkey
    unique (session_id, authentication_method));
create table auth.one_time_tokens (
  id uuid primary key, user_id uuid not null references auth.users on delete cascade,
  token_type text not null, token_hash text not null check (char_length(token_hash) > 0),
  relates_to text not null, created_at timestamp not null default now(),
  updated_at timestamp not null default now(), unique (user_id, token_type));
insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
                        raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
select '00000000-0000-0000-0000-000000000000',
       ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'authenticated', 'authenticated',
       'person' || n || '@example.com',
       '$2a$10$Z1XjalbnZlPjag/qYVXjGOmK1cBBs8c9PjYNRZqfARVbv6T/HCpZC', now(),
       '{"provider": "email", "providers": ["email"]}', '{"full_name": "A person"}', now(), now()
  from generate_series(1, 20) n;
insert into auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
select id, id, jsonb_build_object('sub', id, 'email', email), 'email', now(), now() from auth.users;
reset role;
grant all on auth.audit_log_entries, auth.mfa_amr_claims, auth.one_time_tokens to postgres;

-- ---------------------------------------------------------------- of Supabase Storage
create role supabase_storage_admin login noinherit createrole;
create schema storage authorization supabase_storage_admin;
set role supabase_storage_admin;
create table storage.objects (
  id uuid primary key default gen_random_uuid(), bucket_id text, name text, metadata jsonb,
  updated_at timestamptz default now());
insert into storage.objects (bucket_id, name) values ('pictures', 'cold room.jpg');
grant usage on schema storage to postgres;
grant all on storage.objects to postgres;
reset role;

-- ---------------------------------------------------------------- of the application
grant create on database postgres to postgres;
set role postgres;
create table notes (
  id uuid primary key default gen_random_uuid(), body text not null default 'x', number integer);
insert into notes (body, number) select 'note ' || n, n from generate_series(1, 40) n;
create unique index notes_number_key on notes (number);
create table notes_heir () inherits (notes);
create table cursor_notes as select * from notes;
create table copied as select * from notes limit 1;
create table rewritten (id integer primary key, number integer);
insert into rewritten values (1, 1);
create table replicated (id uuid primary key, body text);
create table unguarded as select * from notes limit 1;
create table switched as select * from notes limit 1;
create table doomed_1 (id integer);
create table doomed_2 (id integer);
create table doomed_3 (id integer);

-- As in the application, row level security is on and lets its roles through.
alter table notes enable row level security;
create policy everybody on notes to anon, authenticated using (true) with check (true);

create schema parts;
create schema elsewhere;
create table measurements (day date not null, value integer) partition by range (day);
create table measurements_2026 partition of measurements
  for values from ('2026-01-01') to ('2027-01-01');
create table parts.measurements_2025 partition of measurements
  for values from ('2025-01-01') to ('2026-01-01');
insert into measurements values ('2026-05-01', 1), ('2025-05-01', 2);
create table elsewhere.ready_1 (day date not null, value integer);
create table elsewhere.ready_2 (day date not null, value integer);
create table elsewhere.ready_3 (day date not null, value integer);
insert into elsewhere.ready_1 values ('1991-01-01', 1);
insert into elsewhere.ready_2 values ('1992-01-01', 1);
insert into elsewhere.ready_3 values ('1993-01-01', 1);

-- Parents that the run does not carry, with children that it does.
create table elsewhere.parents (id integer primary key, name text);
create table deleted_with_parent (
  id integer primary key, parent_id integer references elsewhere.parents on delete cascade);
create table parted_from_parent (
  id integer primary key, parent_id integer references elsewhere.parents on delete set null);
create table renamed_with_parent (
  id integer primary key, parent_id integer references elsewhere.parents on update cascade);
insert into elsewhere.parents select n from generate_series(1, 30) n;
insert into deleted_with_parent select n, n from generate_series(1, 10) n;
insert into parted_from_parent select n, n from generate_series(11, 20) n;
insert into renamed_with_parent select n, n from generate_series(21, 30) n;
create table elsewhere.roots (id integer primary key);
create table emptied_with_root (id integer references elsewhere.roots);
create table emptied (id integer);
insert into elsewhere.roots values (1);
insert into emptied_with_root values (1);

-- A way into a table of the run over one that is not carried.
create table elsewhere.inbox (body text);
create table elsewhere.outbox (body text);
create function elsewhere.note_it() returns trigger language plpgsql as $$
begin
  insert into public.notes (body) values (new.body);
  return new;
end
$$;
create trigger note_it after insert on elsewhere.inbox for each row execute function elsewhere.note_it();
create rule note_it as on insert to elsewhere.outbox
  do also insert into public.notes (body) values (new.body);

create view notes_seen as select id, body from notes;
create view notes_told as select body from notes;
create trigger note_it instead of insert on notes_told for each row execute function elsewhere.note_it();

create function add_note(body text) returns void language sql as $$
  insert into notes (body) values (body)
$$;
create function add_note_as_owner(body text) returns void language sql security definer
  set search_path = public as $$ insert into notes (body) values (body) $$;
create procedure add_two_notes(lock bigint) language plpgsql as $$
begin
  commit;
  perform pg_advisory_xact_lock_shared(lock);
  commit;
  insert into public.notes (body) values ('after a commit');
  commit;
  insert into public.notes (body) values ('after another');
end
$$;
create sequence numbers;
reset role;

-- ---------------------------------------------------------------- what the test looks at
create schema probe;
-- Whatever the frozen tables hold, in which files: one line for each table.
create function probe.rows() returns setof text language plpgsql as $$
declare
  kept record;
  held text;
begin
  for kept in
    select c.oid::regclass as name, pg_relation_filenode(c.oid) as file
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r'
       and (n.nspname in ('public', 'parts', 'storage')
            or c.oid in ('auth.users'::regclass, 'auth.identities'::regclass)
            or c.oid in (select inhrelid from pg_inherits))
     order by 1
  loop
    execute format('select md5(string_agg(t::text, '','' order by t::text)) from only %s t', kept.name)
      into held;
    return next format('%s %s %s', kept.name, kept.file, held);
  end loop;
end
$$;
