-- What the application has on Supabase besides its tables: users in schema auth, row level security
-- in terms of auth.uid(), a profile made at sign-up. Run as postgres after application.sql.

-- ---------------------------------------------------------------- years of migrations leave gaps
alter table units add column legacy_code text;
alter table units drop column legacy_code;
alter table sites drop column geofence;
alter table sites add column geofence jsonb;
alter table hubs drop column installed_by;
alter table hubs add column installed_by uuid;

-- ---------------------------------------------------------------- the user ids that are foreign keys
alter table organizations add constraint organizations_owner_id_fkey
  foreign key (owner_id) references auth.users on delete set null;
alter table subscriptions add constraint subscriptions_billing_contact_id_fkey
  foreign key (billing_contact_id) references auth.users on delete set null;
alter table profiles add constraint profiles_id_fkey
  foreign key (id) references auth.users on delete cascade;
alter table sites add constraint sites_created_by_fkey
  foreign key (created_by) references auth.users on delete set null;
alter table user_roles add constraint user_roles_user_id_fkey
  foreign key (user_id) references auth.users on delete cascade;
alter table hubs add constraint hubs_installed_by_fkey
  foreign key (installed_by) references auth.users on delete set null;
alter table units add constraint units_responsible_id_fkey
  foreign key (responsible_id) references auth.users on delete set null;
alter table calibration_records add constraint calibration_records_performed_by_fkey
  foreign key (performed_by) references auth.users on delete set null;
alter table alerts add constraint alerts_acknowledged_by_fkey
  foreign key (acknowledged_by) references auth.users on delete set null;

alter table manual_temperature_logs alter column logged_by set default auth.uid();
alter table organizations alter column created_by set default auth.uid();

-- ---------------------------------------------------------------- the profile made at sign-up
create function handle_new_user() returns trigger language plpgsql security definer set search_path = public as $$
begin
  insert into public.profiles (id, display_name, email)
  values (new.id, coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name'), new.email);
  return new;
end
$$;
create trigger on_auth_user_created after insert on auth.users for each row execute function handle_new_user();

-- A remote procedure that writes with its owner's rights, whatever the caller was granted.
create function log_event(event_action text, event_payload jsonb) returns bigint
  language sql volatile security definer set search_path = public as $$
  insert into event_logs (actor_id, user_id, action, payload)
  values (auth.uid()::text, auth.uid(), event_action, event_payload) returning id
$$;

-- ---------------------------------------------------------------- row level security
create function is_member(organization uuid) returns boolean
  language sql stable security definer set search_path = public as $$
  select exists (select from user_roles where user_id = auth.uid() and organization_id = organization)
$$;

do $policies$
declare
  member text;
begin
  foreach member in array array[
    'organizations', 'subscriptions', 'profiles', 'sites', 'ttn_connections', 'user_roles',
    'escalation_contacts', 'areas', 'hubs', 'alert_rules', 'units', 'devices', 'lora_sensors',
    'calibration_records', 'sensor_readings', 'manual_temperature_logs', 'door_events', 'alerts',
    'alert_rules_history', 'corrective_actions', 'notification_deliveries', 'event_logs',
    'pairing_sessions']
  loop
    execute format('alter table public.%I enable row level security', member);
  end loop;
  foreach member in array array[
    'areas', 'hubs', 'alert_rules', 'units', 'devices', 'lora_sensors', 'calibration_records',
    'sensor_readings', 'manual_temperature_logs', 'door_events', 'alerts', 'alert_rules_history',
    'corrective_actions', 'notification_deliveries', 'event_logs', 'pairing_sessions']
  loop
    execute format(
      'create policy signed_in on public.%I for all to authenticated using (auth.uid() is not null) with check (auth.uid() is not null)',
      member);
  end loop;
  foreach member in array array['subscriptions', 'sites', 'ttn_connections', 'escalation_contacts'] loop
    execute format(
      'create policy members on public.%I for all to authenticated using (is_member(organization_id)) with check (is_member(organization_id))',
      member);
  end loop;
end
$policies$;
create policy members on organizations for select to authenticated using (is_member(id));
create policy own_profile on profiles for all to authenticated using (id = auth.uid()) with check (id = auth.uid());
create policy own_roles on user_roles for select to authenticated using (user_id = auth.uid());
