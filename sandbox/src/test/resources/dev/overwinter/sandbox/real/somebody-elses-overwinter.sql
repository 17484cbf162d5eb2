-- A schema of our name that is somebody else's, with default privileges that would open what is made in it.
-- Run as the role a migration connects as.

create schema overwinter;
comment on schema overwinter is 'Where the bees are in winter';
grant usage on schema overwinter to public;
alter default privileges in schema overwinter grant all on tables to public;
create table overwinter.hives (id integer primary key, weight numeric, keeper text);
insert into overwinter.hives values (1, 21.5, 'ada'), (2, 18, null);
create function overwinter.weigh() returns numeric language sql stable return (select sum(weight) from overwinter.hives);
comment on table overwinter.hives is 'Do not open before March';
