-- The schema `auth` of a Supabase project: the part that holds its users. Columns, types, defaults,
-- generated expressions, keys, checks, indexes, owners and row level security are those of Supabase
-- Auth as of mid 2026. Left out: the tables that only concern signing in (flow state, one-time tokens,
-- OAuth server, SAML, audit log). Newer releases add columns.
-- Run as the superuser supabase_admin.

create schema auth authorization supabase_admin;
grant all   on schema auth to supabase_auth_admin;
grant usage on schema auth to postgres, anon, authenticated, service_role;   -- no CREATE for postgres since April 2025

-- --------------------------------------------------------------------------- enums
create type auth.aal_level     as enum ('aal1', 'aal2', 'aal3');
create type auth.factor_type   as enum ('totp', 'webauthn', 'phone');
create type auth.factor_status as enum ('unverified', 'verified');

-- --------------------------------------------------------------------------- auth.users
create table auth.users (
  instance_id                 uuid,                        -- all zeros. GoTrue filters every lookup on that: a row with NULL exists in SQL but not for the API
  id                          uuid        not null,        -- the value public tables reference; no default, GoTrue makes a v4
  aud                         varchar(255),                -- 'authenticated'
  role                        varchar(255),                -- 'authenticated' unless the project sets its own
  email                       varchar(255),                -- NULL for phone-only, anonymous and some OAuth users; lower-cased by GoTrue
  encrypted_password          varchar(255),                -- NULL or '' = no password; bcrypt, argon2, fbscrypt or encrypted JSON
  email_confirmed_at          timestamptz,
  invited_at                  timestamptz,
  confirmation_token          varchar(255),
  confirmation_sent_at        timestamptz,
  recovery_token              varchar(255),
  recovery_sent_at            timestamptz,
  email_change_token_new      varchar(255),
  email_change                varchar(255),
  email_change_sent_at        timestamptz,
  last_sign_in_at             timestamptz,
  raw_app_meta_data           jsonb,                       -- {"provider": "email", "providers": ["email", ...]} + the project's own keys
  raw_user_meta_data          jsonb,                       -- user-editable: full_name, name, avatar_url, picture, ...
  is_super_admin              boolean,
  created_at                  timestamptz,                 -- nullable!
  updated_at                  timestamptz,
  phone                       text        default null::varchar,   -- E.164 digits, GoTrue stores them WITHOUT the leading '+'
  phone_confirmed_at          timestamptz,
  phone_change                text        default ''::varchar,
  phone_change_token          varchar(255) default '',
  phone_change_sent_at        timestamptz,
  confirmed_at                timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current  varchar(255) default '',
  email_change_confirm_status smallint    default 0
                              constraint users_email_change_confirm_status_check
                              check (email_change_confirm_status >= 0 and email_change_confirm_status <= 2),
  banned_until                timestamptz,                 -- banned while in the future
  reauthentication_token      varchar(255) default '',
  reauthentication_sent_at    timestamptz,
  is_sso_user                 boolean     not null default false,  -- SAML users; their e-mails may repeat
  deleted_at                  timestamptz,                 -- soft delete: e-mail/phone replaced by a hash, metadata emptied
  is_anonymous                boolean     not null default false,
  constraint users_pkey      primary key (id),
  constraint users_phone_key unique (phone)
);
-- e-mail is unique only among non-SSO users (NULLs never collide)
create unique index users_email_partial_key         on auth.users (email) where is_sso_user = false;
-- pending-token lookups; numeric one-time codes and blanks are left out
create unique index confirmation_token_idx          on auth.users (confirmation_token)         where confirmation_token::text         !~ '^[0-9 ]*$';
create unique index recovery_token_idx              on auth.users (recovery_token)             where recovery_token::text             !~ '^[0-9 ]*$';
create unique index email_change_token_current_idx  on auth.users (email_change_token_current) where email_change_token_current::text !~ '^[0-9 ]*$';
create unique index email_change_token_new_idx      on auth.users (email_change_token_new)     where email_change_token_new::text     !~ '^[0-9 ]*$';
create unique index reauthentication_token_idx      on auth.users (reauthentication_token)     where reauthentication_token::text     !~ '^[0-9 ]*$';
create index users_instance_id_email_idx            on auth.users (instance_id, lower(email::text));
create index users_instance_id_idx                  on auth.users (instance_id);
create index users_is_anonymous_idx                 on auth.users (is_anonymous);
-- A background "index worker" may also have added idx_users_email, idx_users_created_at_desc,
-- idx_users_last_sign_in_at_desc and idx_users_name (on raw_user_meta_data->>'name').

-- --------------------------------------------------------------------------- auth.identities
create table auth.identities (
  provider_id     text        not null,        -- id at the provider; for 'email'/'phone' it is the user's own uuid as text
  user_id         uuid        not null,
  identity_data   jsonb       not null,        -- at least {"sub": ...}; usually email, email_verified, phone_verified, name, ...
  provider        text        not null,        -- 'email', 'phone', 'google', 'github', ..., 'sso:<provider uuid>'
  last_sign_in_at timestamptz,
  created_at      timestamptz,
  updated_at      timestamptz,
  email           text        generated always as (lower(identity_data ->> 'email')) stored,
  id              uuid        not null default gen_random_uuid(),
  constraint identities_pkey                        primary key (id),
  constraint identities_provider_id_provider_unique unique (provider_id, provider),
  constraint identities_user_id_fkey                foreign key (user_id) references auth.users (id) on delete cascade
);
create index identities_email_idx   on auth.identities (email text_pattern_ops);
create index identities_user_id_idx on auth.identities (user_id);

-- --------------------------------------------------------------------------- auth.sessions (not migrated; FK target of tokens)
create table auth.sessions (
  id                     uuid not null,
  user_id                uuid not null,
  created_at             timestamptz,
  updated_at             timestamptz,
  factor_id              uuid,                 -- no foreign key
  aal                    auth.aal_level,
  not_after              timestamptz,
  refreshed_at           timestamp,            -- WITHOUT time zone, unlike its neighbours
  user_agent             text,
  ip                     inet,
  tag                    text,
  oauth_client_id        uuid,                 -- on a real project a foreign key to auth.oauth_clients
  refresh_token_hmac_key text,
  refresh_token_counter  bigint,
  scopes                 text constraint sessions_scopes_length check (char_length(scopes) <= 4096),
  constraint sessions_pkey         primary key (id),
  constraint sessions_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);
create index sessions_not_after_idx       on auth.sessions (not_after desc);
create index sessions_oauth_client_id_idx on auth.sessions (oauth_client_id);
create index sessions_user_id_idx         on auth.sessions (user_id);
create index user_id_created_at_idx       on auth.sessions (user_id, created_at);

-- --------------------------------------------------------------------------- auth.refresh_tokens (not migrated)
create table auth.refresh_tokens (
  instance_id uuid,
  id          bigserial not null,
  token       varchar(255),
  user_id     varchar(255),                    -- text, not uuid; no foreign key
  revoked     boolean,
  created_at  timestamptz,
  updated_at  timestamptz,
  parent      varchar(255),
  session_id  uuid,
  constraint refresh_tokens_pkey            primary key (id),
  constraint refresh_tokens_token_unique    unique (token),
  constraint refresh_tokens_session_id_fkey foreign key (session_id) references auth.sessions (id) on delete cascade
);
create index refresh_tokens_instance_id_idx         on auth.refresh_tokens (instance_id);
create index refresh_tokens_instance_id_user_id_idx on auth.refresh_tokens (instance_id, user_id);
create index refresh_tokens_parent_idx              on auth.refresh_tokens (parent);
create index refresh_tokens_session_id_revoked_idx  on auth.refresh_tokens (session_id, revoked);
create index refresh_tokens_updated_at_idx          on auth.refresh_tokens (updated_at desc);

-- --------------------------------------------------------------------------- auth.mfa_factors
create table auth.mfa_factors (
  id                           uuid               not null,
  user_id                      uuid               not null,
  friendly_name                text,
  factor_type                  auth.factor_type   not null,
  status                       auth.factor_status not null,
  created_at                   timestamptz        not null,
  updated_at                   timestamptz        not null,
  secret                       text,               -- TOTP secret; may be wrapped by GoTrue's database encryption (JSON)
  phone                        text,
  last_challenged_at           timestamptz,
  web_authn_credential         jsonb,
  web_authn_aaguid             uuid,
  last_webauthn_challenge_data jsonb,
  constraint mfa_factors_pkey                   primary key (id),
  constraint mfa_factors_last_challenged_at_key unique (last_challenged_at),
  constraint mfa_factors_user_id_fkey           foreign key (user_id) references auth.users (id) on delete cascade
);
create unique index mfa_factors_user_friendly_name_unique on auth.mfa_factors (friendly_name, user_id) where trim(both from friendly_name) <> '';
create unique index unique_phone_factor_per_user          on auth.mfa_factors (user_id, phone);
create index        factor_id_created_at_idx              on auth.mfa_factors (user_id, created_at);
create index        mfa_factors_user_id_idx               on auth.mfa_factors (user_id);

-- --------------------------------------------------------------------------- auth.webauthn_credentials (passkeys, since March 2026)
create table auth.webauthn_credentials (
  id               uuid        not null default gen_random_uuid(),
  user_id          uuid        not null,
  credential_id    bytea       not null,
  public_key       bytea       not null,
  attestation_type text        not null default '',
  aaguid           uuid,
  sign_count       bigint      not null default 0,
  transports       jsonb       not null default '[]'::jsonb,
  backup_eligible  boolean     not null default false,
  backed_up        boolean     not null default false,
  friendly_name    text        not null default '',
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  last_used_at     timestamptz,
  constraint webauthn_credentials_pkey         primary key (id),
  constraint webauthn_credentials_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);
create unique index webauthn_credentials_credential_id_key on auth.webauthn_credentials (credential_id);
create index        webauthn_credentials_user_id_idx       on auth.webauthn_credentials (user_id);

-- --------------------------------------------------------------------------- ownership, RLS, grants as on a hosted project
do $own$
declare t text;
begin
  foreach t in array array['users','identities','sessions','refresh_tokens','mfa_factors','webauthn_credentials'] loop
    execute format('alter table auth.%I owner to supabase_auth_admin', t);
    -- postgres: full table privileges incl. TRIGGER and REFERENCES, but it is NOT the owner and, since
    -- April 2025, not a member of the owner: no ALTER/DROP, and plain DROP TRIGGER needs supautils.
    execute format('grant all on auth.%I to postgres', t);
  end loop;
  alter type auth.aal_level owner to supabase_auth_admin;
  alter type auth.factor_type owner to supabase_auth_admin;
  alter type auth.factor_status owner to supabase_auth_admin;
end
$own$;
-- RLS is on with no policy: only the owner and BYPASSRLS roles (postgres, service_role) see rows.
alter table auth.users          enable row level security;
alter table auth.identities     enable row level security;
alter table auth.sessions       enable row level security;
alter table auth.refresh_tokens enable row level security;
alter table auth.mfa_factors    enable row level security;
-- (webauthn_credentials has RLS off in the migrations)

-- --------------------------------------------------------------------------- helpers for policies and defaults
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;
create function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
  )::text
$$;
create function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;
alter function auth.uid()  owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.jwt()  owner to supabase_auth_admin;
grant usage on sequence auth.refresh_tokens_id_seq to postgres;
