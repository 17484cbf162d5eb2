package dev.overwinter.sandbox.app;

import java.util.ArrayList;
import java.util.List;

/** The kinds of users found in grown Supabase projects. */
public enum UserKind {
  /** E-mail and a bcrypt password as Supabase Auth makes it ($2a$). */
  PASSWORD(18),
  /** A bcrypt password imported from a system that writes $2b$. */
  PASSWORD_2B(2),
  /** A bcrypt password imported from a system that writes $2y$. */
  PASSWORD_2Y(2),
  /** A bcrypt password at the cost Supabase Auth really uses, 10. */
  PASSWORD_COST_10(2),
  /** Signed up, never followed the link in the e-mail. */
  UNCONFIRMED_EMAIL(3),
  /** E-mail and password, with a Google account linked later. */
  PASSWORD_AND_GOOGLE(2),
  /** Google only; password NULL. */
  GOOGLE(4),
  /** GitHub only; password the empty string. */
  GITHUB(3),
  /** Azure only; password NULL. */
  AZURE(2),
  /** Phone and password, no e-mail. */
  PHONE_ONLY(2),
  /** Phone and one-time codes, neither e-mail nor password. */
  PHONE_WITHOUT_PASSWORD(1),
  /** Both e-mail and phone, both confirmed. */
  EMAIL_AND_PHONE(1),
  /** No e-mail, no phone, no identity. */
  ANONYMOUS(3),
  /** Single sign-on; two of them and a PASSWORD user have the same e-mail. */
  SSO(2),
  /** Banned until far in the future. */
  BANNED(1),
  /** Was banned once. */
  BAN_EXPIRED(1),
  /** Deleted softly: e-mail, phone and identity are hashes of what they were. */
  SOFT_DELETED(2),
  /** An imported argon2id hash. */
  ARGON2(1),
  /** An imported Firebase scrypt hash. */
  FIREBASE_SCRYPT(1),
  /** A hash encrypted by Supabase Auth with a key that is not in the database. */
  ENCRYPTED_HASH(1),
  /** A bcrypt hash that costs more than Stack Auth takes. */
  BCRYPT_TOO_COSTLY(1),
  /** A password column that is no hash of any known form. */
  UNKNOWN_HASH(1),
  /** Inserted by hand: instance_id, tokens, metadata and timestamps NULL, no identity. */
  MADE_BY_HAND(1),
  /** An e-mail with capitals, inserted by hand. */
  MIXED_CASE_EMAIL(1),
  /** An e-mail whose local part is not ASCII. */
  NON_ASCII_EMAIL(1),
  /** Password and a second factor. */
  TOTP(1);

  private static final List<UserKind> ROTA = rota();

  private final int share;

  UserKind(int share) {
    this.share = share;
  }

  /** How many users it takes to have every kind at least once. */
  public static int rotaLength() {
    return ROTA.size();
  }

  /** The kind of the user of that number, counted from 0. */
  static UserKind ofNumber(int number) {
    return ROTA.get(number % ROTA.size());
  }

  /** Whether users of this kind sign in with a password known to the sandbox. */
  public boolean hasKnownPassword() {
    return switch (this) {
      case PASSWORD,
          PASSWORD_2B,
          PASSWORD_2Y,
          PASSWORD_COST_10,
          UNCONFIRMED_EMAIL,
          PASSWORD_AND_GOOGLE,
          PHONE_ONLY,
          EMAIL_AND_PHONE,
          BANNED,
          BAN_EXPIRED,
          MADE_BY_HAND,
          MIXED_CASE_EMAIL,
          NON_ASCII_EMAIL,
          TOTP ->
          true;
      case GOOGLE,
          GITHUB,
          AZURE,
          PHONE_WITHOUT_PASSWORD,
          ANONYMOUS,
          SSO,
          SOFT_DELETED,
          ARGON2,
          FIREBASE_SCRYPT,
          ENCRYPTED_HASH,
          BCRYPT_TOO_COSTLY,
          UNKNOWN_HASH ->
          false;
    };
  }

  private static List<UserKind> rota() {
    List<UserKind> rota = new ArrayList<>();
    for (UserKind kind : values()) {
      for (int i = 0; i < kind.share; i++) {
        rota.add(kind);
      }
    }
    return List.copyOf(rota);
  }
}
