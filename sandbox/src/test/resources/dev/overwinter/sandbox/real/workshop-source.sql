-- What only the source has: rows, sequences that have moved, the platform's roles. Run as its superuser.

insert into workshop.machines (number, serial, price, label, period, note)
  select n, 'AB' || n, n, 'label ' || n, daterange('2020-01-01'::date + n, '2020-01-01'::date + n + 1), 'note'
    from generate_series(1, 200) n;
update workshop.machines set state = 'open' where number % 3 = 0;
insert into workshop.jobs (id, machine_id, due) select n, 100, '2025-11-01'::date + n * 9 from generate_series(1, 150) n;
insert into workshop.keyless (line) select 'line ' || n from generate_series(1, 20) n;
insert into workshop.tools select n, 'hammer' from generate_series(1, 5) n;
insert into workshop.electric_tools select n, 'drill', 230 from generate_series(6, 9) n;
insert into workshop.scratch (value) values ('{"a": 1}');
refresh materialized view workshop.totals;
select nextval('workshop.ticket'), nextval('workshop.ticket');
select setval('public.event_log_number', 4000, false);

grant all on workshop.machines to authenticated;
create policy seen on workshop.keyless for select to anon, authenticated using (auth.uid() is null);
create publication supabase_realtime for table public.alerts, public.devices;
create trigger told after update of email on auth.users for each row execute function workshop.note_all();
comment on trigger told on auth.users is 'Somebody else''s, on a table that is not the migration''s';
alter role authenticator in database postgres set work_mem = '5MB';
alter table workshop.keyless force row level security;
