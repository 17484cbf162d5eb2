-- What the reader of users needs of Supabase's auth schema, and nothing else.
CREATE SCHEMA auth;
CREATE TABLE auth.users (
  instance_id        uuid,
  id                 uuid NOT NULL PRIMARY KEY,
  email              varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  raw_app_meta_data  jsonb,
  raw_user_meta_data jsonb,
  created_at         timestamptz,
  phone              text UNIQUE,
  phone_confirmed_at timestamptz,
  banned_until       timestamptz,
  is_sso_user        boolean NOT NULL DEFAULT false,
  deleted_at         timestamptz,
  is_anonymous       boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE is_sso_user = false;
CREATE TABLE auth.identities (
  provider_id   text NOT NULL,
  user_id       uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  identity_data jsonb NOT NULL,
  provider      text NOT NULL,
  created_at    timestamptz,
  id            uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  UNIQUE (provider_id, provider)
);
