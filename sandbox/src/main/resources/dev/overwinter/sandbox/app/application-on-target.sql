-- What the application has on its own server besides its tables: rights for its role, row level
-- security in terms of a session setting. Run as app_owner after application.sql.

alter default privileges in schema public grant select, insert, update, delete on tables to app_user;
alter default privileges in schema public grant usage, select on sequences to app_user;
grant select, insert, update, delete on all tables in schema public to app_user;
grant usage, select on all sequences in schema public to app_user;

create function app_user_id() returns uuid language sql stable as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
$$;
alter table manual_temperature_logs alter column logged_by set default app_user_id();
alter table organizations alter column created_by set default app_user_id();

alter table profiles enable row level security;
create policy readable on profiles for select to app_user using (true);
create policy own_profile on profiles for all to app_user using (id = app_user_id()) with check (id = app_user_id());
alter table alerts enable row level security;
create policy signed_in on alerts for all to app_user using (app_user_id() is not null) with check (app_user_id() is not null);
