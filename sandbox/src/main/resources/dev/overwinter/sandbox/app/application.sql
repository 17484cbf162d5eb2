-- The refrigeration-monitoring application: 23 tables in 8 levels of dependency, the same on both
-- sides but for what application-on-supabase.sql and application-on-target.sql add.
-- Run as the role that is to own it.

create type member_role as enum ('owner', 'manager', 'technician', 'viewer');
create type subscription_status as enum ('trialing', 'active', 'past_due', 'canceled');
create type unit_type as enum ('walk-in cooler', 'freezer', 'display case', 'blast chiller');
create type reading_source as enum ('lora', 'manual', 'gateway', 'import');
create type alert_severity as enum ('info', 'warning', 'critical');
create type alert_state as enum ('open', 'acknowledged', 'resolved');
create type delivery_channel as enum ('email', 'sms', 'push', 'voice');

create domain celsius as numeric(5,2) constraint celsius_physical check (value >= -273.15);
create domain device_eui as text constraint device_eui_form check (value ~ '^[0-9a-f]{16}$');

create sequence sensor_readings_id_seq as bigint cache 20;
create sequence event_log_number as bigint start with 1000 increment by 10;
create sequence work_order_number as integer start with 1 minvalue 1 maxvalue 999999 cycle;

-- ---------------------------------------------------------------- functions of the triggers
create function touch_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create function refuse_backdated_log() returns trigger language plpgsql as $$
begin
  if new.logged_at < now() - interval '30 days' then
    raise exception 'a temperature cannot be logged more than 30 days late'
      using errcode = 'check_violation';
  end if;
  return new;
end
$$;

-- ---------------------------------------------------------------- level 1
create table organizations (
  id             uuid primary key default gen_random_uuid(),
  name           text not null,
  slug           text not null constraint organizations_slug_form check (slug ~ '^[a-z0-9-]+$'),
  owner_id       uuid,
  created_by     uuid,
  billing_email  text,
  settings       jsonb not null default '{}',
  allowed_ips    inet[] not null default '{}',
  logo           bytea,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  deleted_at     timestamptz
);
create unique index organizations_slug_key on organizations (lower(slug)) where deleted_at is null;
comment on table organizations is 'A customer: a chain of restaurants, a laboratory, a wholesaler';
comment on column organizations.owner_id is 'The user who pays; not the one who signed up, which is created_by';

-- ---------------------------------------------------------------- level 2
create table subscriptions (
  id                  bigint generated always as identity primary key,
  organization_id     uuid not null references organizations on delete cascade,
  billing_contact_id  uuid,
  status              subscription_status not null default 'trialing',
  seats               smallint not null default 5 constraint subscriptions_seats_positive check (seats > 0),
  price_per_unit      numeric(12,4),
  discount            numeric,
  billing_interval    interval not null default '1 month',
  period              daterange,
  trial_ends_on       date,
  metadata            json,
  created_at          timestamptz not null default now(),
  constraint subscriptions_no_overlap unique (organization_id, period)
);

create table profiles (
  id               uuid primary key,
  organization_id  uuid references organizations on delete set null,
  display_name     text,
  email            varchar(320),
  phone            text,
  avatar_url       text,
  locale           char(5) not null default 'en-US',
  preferences      jsonb not null default '{}',
  tags             text[] not null default '{}',
  invited_by       uuid,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now()
);
create index profiles_email_lower_idx on profiles (lower(email));

create table sites (
  id               uuid primary key default gen_random_uuid(),
  organization_id  uuid not null references organizations on delete cascade,
  name             text not null,
  address          text,
  geofence         jsonb,
  latitude         double precision,
  longitude        double precision,
  time_zone        text not null default 'UTC',
  opened_on        date,
  created_by       uuid,
  search           tsvector generated always as
                     (to_tsvector('simple', coalesce(name, '') || ' ' || coalesce(address, ''))) stored,
  created_at       timestamptz not null default now(),
  constraint sites_name_key unique (organization_id, name)
);
create index sites_search_idx on sites using gin (search);

create table ttn_connections (
  id               uuid primary key default gen_random_uuid(),
  organization_id  uuid not null references organizations on delete cascade,
  application_id   text not null,
  region           text not null default 'eu1',
  api_key_sealed   bytea,
  webhook_address  inet,
  network          cidr,
  configured_by    uuid,
  last_seen_at     timestamptz,
  enabled          boolean not null default true,
  constraint ttn_connections_application_key unique (organization_id, application_id)
);

-- ---------------------------------------------------------------- level 3
create table user_roles (
  user_id          uuid not null,
  organization_id  uuid not null references organizations on delete cascade,
  role             member_role not null default 'viewer',
  granted_by       uuid references profiles on delete set null,
  granted_at       timestamptz not null default now(),
  primary key (user_id, organization_id)
);
create index user_roles_organization_idx on user_roles (organization_id, role);

create table escalation_contacts (
  id               serial primary key,
  organization_id  uuid not null references organizations on delete cascade,
  profile_id       uuid references profiles on delete cascade,
  created_by       uuid,
  name             text not null,
  phone            text,
  position         integer not null default 1,
  quiet_hours      int4range,
  channels         delivery_channel[] not null default '{email}'
);
create index escalation_contacts_position_idx on escalation_contacts (organization_id, position);

create table areas (
  id             uuid primary key default gen_random_uuid(),
  site_id        uuid not null references sites on delete cascade,
  parent_id      uuid references areas on delete cascade,
  name           text not null,
  supervisor_id  uuid references profiles on delete set null,
  sort_order     real not null default 0,
  notes          text
);
create index areas_parent_idx on areas (parent_id) where parent_id is not null;

create table hubs (
  id               bigint generated by default as identity primary key,
  site_id          uuid not null references sites on delete cascade,
  mac              macaddr not null unique,
  ip_address       inet,
  firmware         text not null default '1.0.0',
  installed_by     uuid,
  installed_on     date,
  uptime           interval,
  configuration    jsonb
);

create table alert_rules (
  id               uuid primary key default gen_random_uuid(),
  site_id          uuid not null references sites on delete cascade,
  name             text not null,
  min_celsius      celsius,
  max_celsius      celsius,
  grace            interval not null default '00:15:00',
  severity         alert_severity not null default 'warning',
  created_by       uuid references profiles on delete set null,
  watcher_ids      uuid[] not null default '{}',
  conditions       jsonb not null default '[]',
  enabled          boolean not null default true,
  updated_at       timestamptz not null default now(),
  constraint alert_rules_bounds check (min_celsius is null or max_celsius is null or min_celsius < max_celsius)
);

-- ---------------------------------------------------------------- level 4: each needs the other
create table units (
  id                  uuid primary key default gen_random_uuid(),
  area_id             uuid not null references areas on delete cascade,
  primary_device_id   uuid,
  name                text not null,
  type                unit_type not null,
  target_celsius      celsius not null default 4,
  responsible_id      uuid,
  created_by          uuid,
  notify_user_ids     uuid[],
  maintenance_window  tstzrange,
  volume_litres       numeric,
  last_reading_at     timestamptz,
  created_at          timestamptz not null default now(),
  updated_at          timestamptz not null default now(),
  constraint units_name_key unique (area_id, name) deferrable initially immediate
);

create table devices (
  id                 uuid primary key default gen_random_uuid(),
  unit_id            uuid references units on delete set null,
  hub_id             bigint references hubs on delete set null,
  "serialNumber"     text not null,
  "firmwareVersion"  varchar(40),
  registered_by      uuid,
  metadata           jsonb,
  labels             text[],
  battery_percent    smallint constraint devices_battery_range check (battery_percent between 0 and 100),
  "lastSeenAt"       timestamptz,
  created_at         timestamptz not null default now(),
  constraint "devices_serialNumber_key" unique ("serialNumber")
);
create index "devices_lastSeenAt_idx" on devices ("lastSeenAt" desc nulls last) include ("firmwareVersion");
alter table units add constraint units_primary_device_id_fkey
  foreign key (primary_device_id) references devices deferrable initially deferred;

-- ---------------------------------------------------------------- level 5
create table lora_sensors (
  dev_eui          device_eui primary key,
  device_id        uuid not null unique references devices on delete cascade,
  join_key         bytea,
  spreading        smallint not null default 7,
  provisioned_by   varchar(36),
  last_rssi        real,
  frame_counter    bigint not null default 0,
  codec            xml
);

create table calibration_records (
  id              bigint generated always as identity primary key,
  device_id       uuid not null references devices on delete cascade,
  performed_by    uuid,
  approved_by     uuid,
  calibrated_on   date not null,
  valid_until     date,
  offset_celsius  numeric(7,4),
  certificate     bytea,
  remarks         text
);

create table sensor_readings (
  id               bigint not null default nextval('sensor_readings_id_seq'),
  recorded_at      timestamptz not null,
  unit_id          uuid not null references units on delete cascade,
  device_id        uuid references devices on delete set null,
  celsius          celsius,
  fahrenheit       numeric(6,2) generated always as ((celsius * 9 / 5 + 32)::numeric(6,2)) stored,
  humidity         numeric,
  signal_strength  real,
  source           reading_source not null default 'lora',
  entered_by       uuid,
  raw              jsonb,
  primary key (id, recorded_at)
) partition by range (recorded_at);
alter sequence sensor_readings_id_seq owned by sensor_readings.id;
create table sensor_readings_2026_01 partition of sensor_readings for values from ('2026-01-01 00:00+00') to ('2026-02-01 00:00+00');
create table sensor_readings_2026_02 partition of sensor_readings for values from ('2026-02-01 00:00+00') to ('2026-03-01 00:00+00');
create table sensor_readings_2026_03 partition of sensor_readings for values from ('2026-03-01 00:00+00') to ('2026-04-01 00:00+00');
create table sensor_readings_2026_04 partition of sensor_readings for values from ('2026-04-01 00:00+00') to ('2026-05-01 00:00+00');
create table sensor_readings_2026_05 partition of sensor_readings for values from ('2026-05-01 00:00+00') to ('2026-06-01 00:00+00');
create table sensor_readings_other   partition of sensor_readings default;
create index sensor_readings_unit_idx on sensor_readings (unit_id, recorded_at desc);
create index sensor_readings_day_idx on sensor_readings (((recorded_at at time zone 'UTC')::date));
create index sensor_readings_manual_idx on sensor_readings (entered_by) where entered_by is not null;

create table manual_temperature_logs (
  id          uuid primary key default gen_random_uuid(),
  unit_id     uuid not null references units on delete cascade,
  logged_by   uuid,
  celsius     celsius not null,
  logged_at   timestamptz not null default now(),
  note        text,
  photo       bytea,
  updated_at  timestamptz not null default now()
);

create table door_events (
  id               bigint generated by default as identity (start with 500 increment by 5) primary key,
  unit_id          uuid not null references units on delete cascade,
  opened_at        timestamptz not null,
  closed_at        timestamptz,
  open_for         interval generated always as (closed_at - opened_at) stored,
  acknowledged_by  uuid,
  constraint door_events_order check (closed_at >= opened_at)
);
create index door_events_open_idx on door_events (unit_id) where closed_at is null;

-- ---------------------------------------------------------------- level 6
create table alerts (
  id                uuid primary key default gen_random_uuid(),
  unit_id           uuid not null references units on delete cascade,
  rule_id           uuid references alert_rules on delete set null,
  door_event_id     bigint references door_events on delete set null,
  reading_id        bigint,
  reading_at        timestamptz,
  state             alert_state not null default 'open',
  severity          alert_severity not null,
  acknowledged_by   uuid,
  assigned_to       uuid references profiles on delete set null,
  resolved_by       uuid,
  context           jsonb not null default '{}',
  raised_at         timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  constraint alerts_reading_fkey foreign key (reading_id, reading_at) references sensor_readings (id, recorded_at)
);
create unique index alerts_one_open_per_rule on alerts (unit_id, rule_id) where state = 'open';
create index alerts_context_idx on alerts using gin (context jsonb_path_ops);

create table alert_rules_history (
  id                     bigint generated always as identity primary key,
  alert_rule_id          uuid references alert_rules on delete cascade,
  calibration_record_id  bigint references calibration_records on delete set null,
  changed_by             text,
  operation              text not null,
  before                 jsonb,
  after                  jsonb,
  changed_at             timestamptz not null default now()
);

-- ---------------------------------------------------------------- level 7
create table corrective_actions (
  id               uuid primary key default gen_random_uuid(),
  alert_id         uuid not null references alerts on delete cascade,
  work_order       integer not null default nextval('work_order_number'),
  description      text not null,
  assigned_to      uuid,
  performed_by     uuid,
  verified_by      uuid,
  participant_ids  uuid[] not null default '{}',
  cost             numeric(10,2),
  due_at           timestamptz,
  done_at          timestamptz
);

create table notification_deliveries (
  id                     uuid primary key default gen_random_uuid(),
  alert_id               uuid references alerts on delete cascade,
  escalation_contact_id  integer references escalation_contacts on delete set null,
  recipient_id           uuid,
  channel                delivery_channel not null,
  address                text,
  provider_response      json,
  attempts               smallint not null default 0,
  sent_at                timestamptz,
  failed_at              timestamptz
);
create index notification_deliveries_unsent_idx on notification_deliveries (alert_id) where sent_at is null;

-- ---------------------------------------------------------------- level 8
create table event_logs (
  id                    bigint primary key default nextval('event_log_number'),
  organization_id       uuid references organizations on delete cascade,
  corrective_action_id  uuid references corrective_actions on delete set null,
  actor_id              text,
  user_id               uuid,
  action                text not null,
  payload               jsonb,
  ip_address            inet,
  happened_at           timestamptz not null default now()
);
alter sequence event_log_number owned by event_logs.id;
create index event_logs_actor_idx on event_logs (lower(actor_id));

create table pairing_sessions (
  id           uuid primary key default gen_random_uuid(),
  delivery_id  uuid references notification_deliveries on delete cascade,
  device_id    uuid references devices on delete cascade,
  code         char(8) not null,
  started_by   uuid,
  state        jsonb not null default '{}',
  expires_at   timestamptz not null,
  constraint pairing_sessions_code_key unique (code)
);

-- ---------------------------------------------------------------- triggers: all of them would spoil an import
create trigger touch before insert or update on organizations for each row execute function touch_updated_at();
create trigger touch before insert or update on profiles for each row execute function touch_updated_at();
create trigger touch before insert or update on alert_rules for each row execute function touch_updated_at();
create trigger touch before insert or update on units for each row execute function touch_updated_at();
create trigger touch before insert or update on alerts for each row execute function touch_updated_at();
create trigger touch before insert or update on manual_temperature_logs for each row execute function touch_updated_at();
create trigger refuse_backdated before insert or update on manual_temperature_logs
  for each row execute function refuse_backdated_log();

create function remember_alert_rule() returns trigger language plpgsql as $$
begin
  insert into alert_rules_history (alert_rule_id, changed_by, operation, before, after)
  values (new.id, current_user, tg_op, case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new));
  return null;
end
$$;
create trigger remember after insert or update on alert_rules for each row execute function remember_alert_rule();

create function note_last_reading() returns trigger language plpgsql as $$
begin
  update units set last_reading_at = greatest(last_reading_at, new.recorded_at) where id = new.unit_id;
  return null;
end
$$;
create trigger note_last after insert on sensor_readings for each row execute function note_last_reading();

-- ---------------------------------------------------------------- views
create view unit_overview with (security_invoker = on) as
  select u.id, u.name, u.type, a.name as area, s.name as site, u.last_reading_at,
         (select count(*) from alerts where alerts.unit_id = u.id and state = 'open') as open_alerts
  from units u join areas a on a.id = u.area_id join sites s on s.id = a.site_id;

create materialized view unit_monthly_summary as
  select unit_id, date_trunc('month', recorded_at at time zone 'UTC') as month,
         count(*) as readings, min(celsius) as coldest, max(celsius) as warmest
  from sensor_readings group by 1, 2;
create unique index unit_monthly_summary_key on unit_monthly_summary (unit_id, month);
comment on materialized view unit_monthly_summary is 'Refreshed at night';
