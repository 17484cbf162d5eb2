-- Rows for the application's tables, derived from nothing but the settings sandbox.seed,
-- sandbox.users and sandbox.readings. Run as a superuser with session_replication_role = replica:
-- the rows must not set off the application's own triggers. Keys are consistent all the same.

create function pg_temp.users() returns bigint language sql stable as $$
  select current_setting('sandbox.users')::bigint
$$;
create function pg_temp.h(salt text, n bigint) returns bigint language sql stable as $$
  select ('x' || substr(md5(current_setting('sandbox.seed') || ':h:' || salt || ':' || n), 1, 12))::bit(48)::bigint
$$;
create function pg_temp.id(kind text, n bigint) returns uuid language sql stable as $$
  select overlay(overlay(md5(current_setting('sandbox.seed') || ':' || kind || ':' || n) placing '4' from 13) placing '8' from 17)::uuid
$$;
create function pg_temp.moment(salt text, n bigint) returns timestamptz language sql stable as $$
  select timestamptz '2025-03-01 00:00+00' + make_interval(secs => (pg_temp.h('moment ' || salt, n) % 30000000000000)::double precision / 1000000)
$$;
-- A user there is.
create function pg_temp.person(salt text, n bigint) returns uuid language sql stable as $$
  select pg_temp.id('user', pg_temp.h(salt, n) % pg_temp.users())
$$;
-- A user with a profile: every 29th has none.
create function pg_temp.member(salt text, n bigint) returns uuid language sql stable as $$
  select pg_temp.id('user', case when k % 29 = 0 then 1 else k end)
  from (select pg_temp.h(salt, n) % pg_temp.users() as k offset 0) as pick
$$;
-- A user there is, was, or never was.
create function pg_temp.anyone(salt text, n bigint) returns uuid language sql stable as $$
  select case when k < 13 then null
              when k < 20 then pg_temp.id('gone', k + n % 50)
              else pg_temp.person(salt, n) end
  from (select pg_temp.h('kind of ' || salt, n) % 100 as k offset 0) as pick
$$;
create function pg_temp.prose(salt text, n bigint) returns text language sql stable as $$
  select case pg_temp.h('prose ' || salt, n) % 14
    when 0 then null
    when 1 then ''
    when 2 then E'C:\\cold\\store\\N and \\N alone'
    when 3 then E'first line\nsecond line\r\nthird'
    when 4 then E'tab\there, "quotes", ''apostrophes'', comma, {braces}'
    when 5 then 'Kühlhaus ❄ 冷蔵庫 🧊🚚'
    when 6 then '\.'
    when 7 then '\N'
    when 8 then ' surrounded by blanks '
    when 9 then 'NULL'
    when 10 then repeat('door seal worn; ', 200)
    else 'Checked ' || salt || ' ' || n end
$$;

-- ---------------------------------------------------------------- level 1
insert into organizations (id, name, slug, owner_id, created_by, billing_email, settings, allowed_ips, logo, created_at, updated_at, deleted_at)
select pg_temp.id('organization', n), 'Organization ' || n, 'organization-' || n,
  case when n % 7 <> 0 then pg_temp.person('owner', n) end, case when n % 5 <> 0 then pg_temp.anyone('founder', n) end,
  case n % 4 when 0 then null when 1 then '' else 'billing' || n || '@example.com' end,
  jsonb_build_object('primaryContact', pg_temp.person('contact', n), 'seats', n, 'exact', 12345678901234567890.123456789012345678901234567890),
  case when n % 3 = 0 then '{}' else array['10.0.0.0/8', '2001:db8::1']::inet[] end,
  case when n % 3 <> 1 then decode(md5('logo' || n), 'hex') || '\x005c0a09'::bytea end,
  pg_temp.moment('organization', n), pg_temp.moment('organization updated', n),
  case when n % 11 = 0 then 'infinity'::timestamptz end
from generate_series(1, greatest(12, pg_temp.users() / 30)) as n;

create temporary table seed_scale on commit drop as
  select count(*) as organizations, count(*) * 3 as sites, count(*) * 6 as hubs,
         count(*) * 12 as areas, count(*) * 24 as units, count(*) * 30 as devices
  from organizations;

-- ---------------------------------------------------------------- level 2
insert into subscriptions (id, organization_id, billing_contact_id, status, seats, price_per_unit, discount, billing_interval, period, trial_ends_on, metadata, created_at)
overriding system value
select n, pg_temp.id('organization', 1 + n % organizations), case when n % 5 <> 0 then pg_temp.person('billing', n) end,
  (array['trialing', 'active', 'past_due', 'canceled']::subscription_status[])[1 + n % 4], 1 + n % 100,
  case when n % 6 <> 0 then (n % 10000) / 7.0 end,
  case n % 6 when 0 then null when 1 then 'NaN' when 2 then 'Infinity' when 3 then 0.10 when 4 then 0.1 else 1e-30 end,
  case n % 3 when 0 then interval '1 mon' when 1 then interval '1 year 2 mons -3 days 04:05:06.789' else interval '90 days' end,
  case when n % 10 <> 0 then daterange(date '2025-01-01' + (n * 40)::integer, case when n % 4 <> 0 then date '2025-01-01' + (n * 40 + 30)::integer end) end,
  case n % 5 when 0 then null when 1 then date 'infinity' when 2 then date '-infinity' else date '2025-02-01' + (n % 300)::integer end,
  case when n % 3 <> 0 then ('{"b": 1,  "a": 2, "b": ' || n || ', "n": 1.50e3}')::json end,
  pg_temp.moment('subscription', n)
from seed_scale, generate_series(1, organizations * 2) as n;

insert into profiles (id, organization_id, display_name, email, phone, avatar_url, locale, preferences, tags, invited_by, created_at, updated_at)
select pg_temp.id('user', n), case when n % 9 <> 0 then pg_temp.id('organization', 1 + n % organizations) end,
  pg_temp.prose('name', n), case n % 5 when 0 then null when 1 then '' else 'member' || n || '@example.com' end,
  case when n % 3 = 0 then '+4930' || n end,
  case when n % 4 <> 0 then 'avatars/' || pg_temp.id('user', n) || '/face.png' end,
  case n % 3 when 0 then 'de' else 'en-US' end, jsonb_build_object('units', 'celsius', 'rows', n % 50, 'huge', 1e40),
  case n % 5 when 0 then '{}' when 1 then array['night shift', null, 'NULL', ''] when 2 then '[0:1]={a,"b,c"}'::text[]
    when 3 then array[array['quote "', E'back\\slash'], array['🧊', E'new\nline']] else array['driver'] end,
  pg_temp.anyone('inviter', n), pg_temp.moment('profile', n), pg_temp.moment('profile updated', n)
from seed_scale, generate_series(0, pg_temp.users() - 1) as n
where n % 29 <> 0;

insert into sites (id, organization_id, name, address, geofence, latitude, longitude, time_zone, opened_on, created_by, created_at)
select pg_temp.id('site', n), pg_temp.id('organization', 1 + n % organizations), 'Site ' || n, pg_temp.prose('address', n),
  case when n % 3 <> 0 then jsonb_build_object('type', 'Polygon', 'points', jsonb_build_array(n, n + 0.5)) end,
  case n % 6 when 0 then null when 1 then '-0'::double precision when 2 then 'NaN' when 3 then 'Infinity' else 52.5 + (n % 1000) / 3333.0 end,
  case n % 5 when 0 then null when 1 then 5e-324 when 2 then 1.7976931348623157e308 else 13.4 + (n % 1000) / 7777.0 end,
  case n % 3 when 0 then 'Europe/Berlin' else 'UTC' end,
  case n % 7 when 0 then null when 1 then date 'infinity' when 2 then date '0044-03-15 BC' else date '1999-12-31' + (n % 5000)::integer end,
  case when n % 4 <> 0 then pg_temp.person('site founder', n) end, pg_temp.moment('site', n)
from seed_scale, generate_series(1, sites) as n;

insert into ttn_connections (id, organization_id, application_id, region, api_key_sealed, webhook_address, network, configured_by, last_seen_at, enabled)
select pg_temp.id('ttn', n), pg_temp.id('organization', n), 'coldchain-' || n, case n % 2 when 0 then 'eu1' else 'nam1' end,
  case n % 4 when 0 then null when 1 then '\x'::bytea else decode(md5('key' || n), 'hex') end,
  case n % 3 when 0 then null when 1 then '192.168.1.5/24'::inet else '2001:db8::2'::inet end,
  case when n % 3 <> 0 then '10.1.0.0/16'::cidr end, pg_temp.anyone('configurer', n),
  case n % 4 when 0 then null when 1 then '-infinity'::timestamptz else pg_temp.moment('ttn', n) end, n % 5 <> 0
from seed_scale, generate_series(1, organizations) as n;

-- ---------------------------------------------------------------- level 3
insert into user_roles (user_id, organization_id, role, granted_by, granted_at)
select pg_temp.id('user', n), pg_temp.id('organization', 1 + (n + k * 2) % organizations),
  (array['owner', 'manager', 'technician', 'viewer']::member_role[])[1 + n % 4],
  case when n % 6 <> 0 then pg_temp.member('granter', n) end, pg_temp.moment('role', n)
from seed_scale, generate_series(0, pg_temp.users() - 1) as n, generate_series(0, 1) as k
where k = 0 or n % 5 = 0;

insert into escalation_contacts (id, organization_id, profile_id, created_by, name, phone, position, quiet_hours, channels)
select n, pg_temp.id('organization', 1 + n % organizations), case when n % 4 <> 0 then pg_temp.member('escalation', n) end,
  pg_temp.anyone('escalation author', n), 'Contact ' || n, case n % 3 when 0 then null when 1 then '' else '+1555' || n end, 1 + n % 5,
  case n % 3 when 0 then null when 1 then 'empty' else int4range(22, 24) end,
  case n % 3 when 0 then '{}' else '{sms,voice}' end::delivery_channel[]
from seed_scale, generate_series(1, organizations * 8) as n;

insert into areas (id, site_id, parent_id, name, supervisor_id, sort_order, notes)
select pg_temp.id('area', n), pg_temp.id('site', 1 + n % sites),
  case when n % 3 = 0 and n + 1 <= areas then pg_temp.id('area', n + 1) when n % 3 = 1 and n > 10 then pg_temp.id('area', n - 7) end,
  'Area ' || n, case when n % 4 <> 0 then pg_temp.member('supervisor', n) end,
  case n % 5 when 0 then '-0'::real when 1 then 1e-45 when 2 then 'NaN' else n / 3.0 end, pg_temp.prose('area', n)
from seed_scale, generate_series(1, areas) as n;

insert into hubs (id, site_id, mac, ip_address, firmware, installed_by, installed_on, uptime, configuration)
select n, pg_temp.id('site', 1 + n % sites), ('08:00:2b:' || lpad(to_hex(n / 65536), 2, '0') || ':' || lpad(to_hex(n / 256 % 256), 2, '0') || ':' || lpad(to_hex(n % 256), 2, '0'))::macaddr,
  case when n % 3 <> 0 then ('10.20.' || n / 256 % 256 || '.' || n % 256)::inet end, '2.' || n % 10 || '.0',
  case when n % 4 <> 0 then pg_temp.person('installer', n) end, case n % 5 when 0 then null else date '2024-02-29' + (n % 400)::integer end,
  case n % 4 when 0 then null when 1 then interval '-1 days 23:59:59.999999' else make_interval(secs => n * 3600.25) end,
  case when n % 3 <> 0 then jsonb_build_object('channels', jsonb_build_array(868.1, 868.3), 'tx', n) end
from seed_scale, generate_series(1, hubs) as n;

insert into alert_rules (id, site_id, name, min_celsius, max_celsius, grace, severity, created_by, watcher_ids, conditions, enabled, updated_at)
select pg_temp.id('rule', n), pg_temp.id('site', 1 + n % sites), 'Rule ' || n,
  case when n % 4 <> 0 then -18.25 - n % 5 end, case when n % 5 <> 0 then 4.75 + n % 5 end, make_interval(mins => (n % 60)::integer),
  (array['info', 'warning', 'critical']::alert_severity[])[1 + n % 3], case when n % 6 <> 0 then pg_temp.member('rule author', n) end,
  case n % 4 when 0 then '{}' when 1 then array[pg_temp.person('watcher', n), null, pg_temp.person('watcher', n)]
    else array[pg_temp.person('watcher', n), pg_temp.id('gone', n % 50), pg_temp.person('other watcher', n)] end,
  jsonb_build_array(jsonb_build_object('when', 'too warm', 'notify', jsonb_build_object('users', jsonb_build_array(pg_temp.person('notified', n), pg_temp.id('gone', n % 50))))),
  n % 7 <> 0, pg_temp.moment('rule', n)
from seed_scale, generate_series(1, sites * 4) as n;

-- ---------------------------------------------------------------- level 4
insert into units (id, area_id, primary_device_id, name, type, target_celsius, responsible_id, created_by, notify_user_ids, maintenance_window, volume_litres, last_reading_at, created_at, updated_at)
select pg_temp.id('unit', n), pg_temp.id('area', 1 + n % areas), case when n % 5 <> 0 then pg_temp.id('device', n) end, 'Unit ' || n,
  (array['walk-in cooler', 'freezer', 'display case', 'blast chiller']::unit_type[])[1 + n % 4], -18 + n % 22,
  case when n % 4 <> 0 then pg_temp.person('responsible', n) end, pg_temp.anyone('unit author', n),
  case n % 4 when 0 then null when 1 then '{}' else array[pg_temp.person('notify', n), pg_temp.person('notify too', n)] end,
  case n % 4 when 0 then null when 1 then 'empty'::tstzrange when 2 then tstzrange(pg_temp.moment('window', n), null)
    else tstzrange(pg_temp.moment('window', n), 'infinity', '[]') end,
  case n % 5 when 0 then null when 1 then 'NaN' when 2 then 1200.50 when 3 then 1200.5 else 1e25 + 0.000000000000000001 end,
  case when n % 3 <> 0 then pg_temp.moment('last reading', n) end, pg_temp.moment('unit', n), pg_temp.moment('unit updated', n)
from seed_scale, generate_series(1, units) as n;

insert into devices (id, unit_id, hub_id, "serialNumber", "firmwareVersion", registered_by, metadata, labels, battery_percent, "lastSeenAt", created_at)
select pg_temp.id('device', n), case when n % 10 <> 0 then pg_temp.id('unit', 1 + n % units) end, case when n % 6 <> 0 then 1 + n % hubs end,
  'SN-' || lpad(n::text, 8, '0'), case n % 4 when 0 then null when 1 then '' else '3.' || n % 9 end, pg_temp.anyone('registrar', n),
  case n % 4 when 0 then null when 1 then 'null'::jsonb
    else jsonb_build_object('registered', jsonb_build_object('by', pg_temp.person('device', n), 'how', pg_temp.prose('device', n)), 'lot', n::numeric * 1000000000000000003) end,
  case n % 4 when 0 then null when 1 then '{}' else array['', E'\\', '"', pg_temp.prose('label', n)] end,
  case when n % 5 <> 0 then n % 101 end, case when n % 3 <> 0 then pg_temp.moment('device seen', n) end, pg_temp.moment('device', n)
from seed_scale, generate_series(1, devices) as n;

-- ---------------------------------------------------------------- level 5
insert into lora_sensors (dev_eui, device_id, join_key, spreading, provisioned_by, last_rssi, frame_counter, codec)
select lpad(to_hex(n * 7919), 16, '0'), pg_temp.id('device', n), case when n % 4 <> 0 then decode(md5('join' || n), 'hex') end, 7 + n % 6,
  case n % 5 when 0 then null when 1 then upper(pg_temp.person('provisioner', n)::text) when 2 then 'factory' else pg_temp.person('provisioner', n)::text end,
  case n % 4 when 0 then null when 1 then '-0'::real else -30 - n % 90 - 0.1 end, n * 4294967296,
  case when n % 4 = 0 then xmlparse(content '<codec version="' || n || '"><field name="temperature"/></codec>') end
from seed_scale, generate_series(1, devices) as n
where n % 3 <> 0;

insert into calibration_records (id, device_id, performed_by, approved_by, calibrated_on, valid_until, offset_celsius, certificate, remarks)
overriding system value
select n, pg_temp.id('device', 1 + n % devices), case when n % 5 <> 0 then pg_temp.person('calibrator', n) end, pg_temp.anyone('approver', n),
  date '2024-01-01' + (n % 700)::integer, case n % 5 when 0 then null when 1 then date 'infinity' else date '2027-01-01' + (n % 300)::integer end,
  case n % 4 when 0 then null when 1 then 'NaN' else (n % 200 - 100) / 97.0 end, case when n % 2 = 0 then decode(repeat(md5('certificate' || n), 20), 'hex') end,
  pg_temp.prose('calibration', n)
from seed_scale, generate_series(1, devices * 2) as n;

insert into sensor_readings (id, recorded_at, unit_id, device_id, celsius, humidity, signal_strength, source, entered_by, raw)
select n, timestamptz '2026-01-01 00:00+00' + make_interval(secs => (n * step + h % 1000)::double precision / 1000000),
  pg_temp.id('unit', 1 + h % units), case when h % 8 <> 0 then pg_temp.id('device', 1 + h % units) end,
  case when h % 50 = 0 then null when h % 97 = 0 then 'NaN' else (h % 6000 - 3000) / 100.0 end,
  case h % 6 when 0 then null when 1 then 45.50 when 2 then 45.5 when 3 then 45.500 else (h % 10000) / 99.0 end,
  case h % 7 when 0 then null when 1 then '-0'::real else -(h % 1200) / 10.0 end,
  (array['lora', 'manual', 'gateway', 'import']::reading_source[])[1 + h % 4],
  case when h % 40 = 0 then pg_temp.person('reader', n) when h % 97 = 1 then pg_temp.id('gone', n % 50) end,
  case when h % 20 = 0 then jsonb_build_object('port', n % 8, 'payload', h, 'snr', (h % 100) / 3.0) end
from seed_scale,
  (select n, ('x' || substr(md5(current_setting('sandbox.seed') || ':reading:' || n), 1, 8))::bit(32)::bigint as h,
          16848000000000 / greatest(1, current_setting('sandbox.readings')::bigint) as step
   from generate_series(1, current_setting('sandbox.readings')::bigint) as n offset 0) as reading;

insert into manual_temperature_logs (id, unit_id, logged_by, celsius, logged_at, note, photo, updated_at)
select pg_temp.id('log', n), pg_temp.id('unit', 1 + n % units), pg_temp.anyone('logger', n), (n % 4000 - 2500) / 100.0,
  pg_temp.moment('log', n), pg_temp.prose('log', n), case when n % 10 = 0 then decode(repeat(md5('photo' || n), 40), 'hex') end, pg_temp.moment('log updated', n)
from seed_scale, generate_series(1, pg_temp.users() * 3) as n;

insert into door_events (id, unit_id, opened_at, closed_at, acknowledged_by)
select 500 + n * 5, pg_temp.id('unit', 1 + n % units), opened, case when n % 9 <> 0 then opened + make_interval(secs => n % 900 + 0.000001) end,
  pg_temp.anyone('door', n)
from seed_scale, generate_series(1, pg_temp.users() * 5) as n, lateral (select pg_temp.moment('door', n) as opened offset 0) as door;

-- ---------------------------------------------------------------- level 6
insert into alerts (id, unit_id, rule_id, door_event_id, reading_id, reading_at, state, severity, acknowledged_by, assigned_to, resolved_by, context, raised_at, updated_at)
select pg_temp.id('alert', n), pg_temp.id('unit', 1 + n % units), case when n % 5 <> 0 then pg_temp.id('rule', 1 + n % (sites * 4)) end,
  case when n % 4 = 0 then 500 + (1 + n % (pg_temp.users() * 5)) * 5 end, reading.id, reading.recorded_at,
  (array['resolved', 'acknowledged', 'resolved']::alert_state[])[1 + n % 3], (array['info', 'warning', 'critical']::alert_severity[])[1 + n % 3],
  case when n % 3 <> 0 then pg_temp.person('acknowledger', n) end, case when n % 4 <> 0 then pg_temp.member('assignee', n) end, pg_temp.anyone('resolver', n),
  case n % 3 when 0 then '{}'
    when 1 then jsonb_build_object('seenBy', jsonb_build_array(pg_temp.person('seen', n), pg_temp.person('seen too', n)), 'note', pg_temp.prose('alert', n))
    else jsonb_build_object('escalation', jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('user', pg_temp.person('step', n), 'after', 15), jsonb_build_object('user', pg_temp.id('gone', n % 50), 'after', 30.0)))) end,
  pg_temp.moment('alert', n), pg_temp.moment('alert updated', n)
from seed_scale cross join generate_series(1, pg_temp.users() * 3) as n
left join sensor_readings as reading on n % 2 = 0 and reading.id = n;

insert into alert_rules_history (id, alert_rule_id, calibration_record_id, changed_by, operation, before, after, changed_at)
overriding system value
select n, case when n % 20 <> 0 then rule.id end, case when n % 4 = 0 then 1 + n % (devices * 2) end,
  case n % 5 when 0 then null when 1 then upper(pg_temp.person('changer', n)::text) when 2 then 'authenticated' when 3 then pg_temp.id('gone', n % 50)::text else pg_temp.person('changer', n)::text end,
  case when n % 2 = 0 then 'INSERT' else 'UPDATE' end, case when n % 2 = 1 then to_jsonb(rule) end, case when n % 9 <> 0 then to_jsonb(rule) end, pg_temp.moment('rule change', n)
from seed_scale, generate_series(1, sites * 12) as n, alert_rules as rule
where rule.id = pg_temp.id('rule', 1 + n % (sites * 4));

-- ---------------------------------------------------------------- level 7
insert into corrective_actions (id, alert_id, work_order, description, assigned_to, performed_by, verified_by, participant_ids, cost, due_at, done_at)
select pg_temp.id('action', n), pg_temp.id('alert', 1 + n % (pg_temp.users() * 3)), n, coalesce(pg_temp.prose('action', n), 'none'),
  pg_temp.anyone('action assignee', n), pg_temp.anyone('action performer', n), pg_temp.anyone('action verifier', n),
  case n % 3 when 0 then '{}' else array[pg_temp.person('participant', n), pg_temp.id('gone', n % 50)] end,
  case n % 4 when 0 then null when 1 then 'NaN' else n * 1.10 end,
  case n % 4 when 0 then null when 1 then 'infinity'::timestamptz else pg_temp.moment('due', n) end, case when n % 3 = 0 then pg_temp.moment('done', n) end
from generate_series(1, pg_temp.users() * 2) as n;

insert into notification_deliveries (id, alert_id, escalation_contact_id, recipient_id, channel, address, provider_response, attempts, sent_at, failed_at)
select pg_temp.id('delivery', n), case when n % 30 <> 0 then pg_temp.id('alert', 1 + n % (pg_temp.users() * 3)) end,
  case when n % 3 <> 0 then 1 + n % (organizations * 8) end, pg_temp.anyone('recipient', n),
  (array['email', 'sms', 'push', 'voice']::delivery_channel[])[1 + n % 4], case n % 4 when 0 then null when 1 then '' else 'address' || n end,
  case n % 3 when 0 then null when 1 then '{ "status" : "sent",  "id" : 1e2, "status" : "again" }'::json else '[]'::json end, n % 5,
  case when n % 5 <> 0 then pg_temp.moment('sent', n) end, case when n % 5 = 0 then pg_temp.moment('failed', n) end
from seed_scale, generate_series(1, pg_temp.users() * 5) as n;

-- ---------------------------------------------------------------- level 8
insert into event_logs (id, organization_id, corrective_action_id, actor_id, user_id, action, payload, ip_address, happened_at)
select 1000 + n * 10, case when n % 8 <> 0 then pg_temp.id('organization', 1 + n % organizations) end,
  case when n % 6 = 0 then pg_temp.id('action', 1 + n % (pg_temp.users() * 2)) end,
  case n % 6 when 0 then null when 1 then 'system' when 2 then upper(pg_temp.person('actor', n)::text) when 3 then '' when 4 then pg_temp.id('gone', n % 50)::text else pg_temp.person('actor', n)::text end,
  pg_temp.anyone('event user', n), 'action.' || n % 12,
  case n % 5 when 0 then null when 1 then to_jsonb(pg_temp.person('payload', n)) when 2 then jsonb_build_array(pg_temp.person('payload', n), n, null)
    when 3 then jsonb_build_object('a', jsonb_build_object('b', jsonb_build_object('c', pg_temp.person('payload', n))), pg_temp.person('key', n)::text, 'an id as a key')
    else jsonb_build_object('text', pg_temp.prose('event', n), 'amount', 0.1 + n, 'mention', 'see ' || pg_temp.person('payload', n)) end,
  case when n % 3 <> 0 then '203.0.113.7'::inet + n % 200 end, pg_temp.moment('event', n)
from seed_scale, generate_series(1, pg_temp.users() * 8) as n;

insert into pairing_sessions (id, delivery_id, device_id, code, started_by, state, expires_at)
select pg_temp.id('pairing', n), case when n % 4 <> 0 then pg_temp.id('delivery', 1 + n % (pg_temp.users() * 5)) end,
  case when n % 5 <> 0 then pg_temp.id('device', 1 + n % devices) end, case when n % 9 = 0 then n::text else lpad(to_hex(n), 8, '0') end,
  pg_temp.anyone('pairing', n), jsonb_build_object('by', pg_temp.person('pairing state', n), 'step', n % 4),
  case n % 4 when 0 then 'infinity'::timestamptz else pg_temp.moment('pairing', n) end
from seed_scale, generate_series(1, pg_temp.users()) as n;

-- ---------------------------------------------------------------- what the inserts by key left behind
select setval(pg_get_serial_sequence('subscriptions', 'id'), max(id)) from subscriptions;
select setval(pg_get_serial_sequence('escalation_contacts', 'id'), max(id)) from escalation_contacts;
select setval(pg_get_serial_sequence('hubs', 'id'), max(id)) from hubs;
select setval(pg_get_serial_sequence('calibration_records', 'id'), max(id)) from calibration_records;
select setval('sensor_readings_id_seq', greatest(1, current_setting('sandbox.readings')::bigint));
select setval(pg_get_serial_sequence('door_events', 'id'), max(id)) from door_events;
select setval(pg_get_serial_sequence('alert_rules_history', 'id'), max(id)) from alert_rules_history;
select setval('work_order_number', max(work_order)) from corrective_actions;
select setval('event_log_number', max(id)) from event_logs;
refresh materialized view unit_monthly_summary;
