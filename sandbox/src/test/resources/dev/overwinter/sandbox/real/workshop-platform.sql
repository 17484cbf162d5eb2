-- What only a superuser makes, on either side. Rows are not among it.

create publication everything for all tables with (publish = 'insert, update');
create publication one_schema for tables in schema workshop;
create publication some_rows for table workshop.machines (id, number, serial) where (number > 5), table workshop.jobs
  with (publish_via_partition_root);
comment on publication some_rows is 'For the branch offices';

create function public.tell_of_change() returns event_trigger language plpgsql as $$ begin notify ddl_watch; end $$;
create event trigger told_of_change on ddl_command_end execute function public.tell_of_change();
create event trigger told_of_drop on sql_drop when tag in ('DROP TABLE', 'DROP FUNCTION', 'DROP TRIGGER')
  execute function public.tell_of_change();
create event trigger told_off on ddl_command_start execute function public.tell_of_change();
alter event trigger told_off disable;
comment on event trigger told_of_change is 'Reloads somebody''s cache';

create role branch_office nologin;
create role accountant login noinherit connection limit 3 valid until '2031-01-01' in role branch_office;
comment on role accountant is 'Comes on Mondays';
alter role accountant set work_mem = '8MB';
grant usage on schema workshop to branch_office with grant option;
grant select, insert (line) on workshop.keyless to branch_office with grant option;
grant select on all sequences in schema workshop to accountant;
set role branch_office;
grant select on workshop.keyless to accountant;
reset role;
alter default privileges in schema workshop grant all on tables to accountant with grant option;
alter default privileges grant execute on routines to branch_office;

select lo_from_bytea(4711, 'a large object');
comment on large object 4711 is 'A plan of the workshop';
grant select on large object 4711 to accountant;

create schema attic;
create foreign data wrapper nowhere;
create server elsewhere foreign data wrapper nowhere;
create foreign table attic.far_away (id integer) server elsewhere;
create table attic.jobs_lent partition of workshop.jobs for values from ('2028-01-01') to ('2029-01-01');
alter table workshop.jobs_rest set schema attic;
do $do$
declare owner text := (select tableowner from pg_tables where schemaname = 'workshop' and tablename = 'jobs');
begin
  execute format('alter table attic.jobs_lent owner to %I', owner);
  execute format('grant usage on schema attic to %I', owner);
end
$do$;
