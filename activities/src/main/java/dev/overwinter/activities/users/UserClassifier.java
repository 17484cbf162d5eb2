package dev.overwinter.activities.users;

import dev.overwinter.activities.users.SupabaseUser.Flags;
import dev.overwinter.activities.users.SupabaseUser.Login;
import dev.overwinter.workflows.request.UserClass;

/**
 * Puts each user in exactly one class: the first that fits, in the order of {@link UserClass}.
 *
 * <p>Where several users have one e-mail, the one who owns it is classed by everything else and
 * only the others are duplicates. The owner is the one whom Supabase Auth itself finds, by password
 * before SAML, confirmed before unconfirmed, oldest first.
 */
final class UserClassifier {
  private UserClassifier() {}

  static UserClass classify(SupabaseUser user) {
    Flags flags = user.flags();
    Login login = user.login();
    if (flags.deleted()) {
      return UserClass.SOFT_DELETED;
    }
    if (!flags.visible()) {
      return UserClass.INVISIBLE;
    }
    if (flags.anonymous()) {
      return UserClass.ANONYMOUS;
    }
    if (flags.sso()) {
      return UserClass.SSO;
    }
    if (login.email() != null && !flags.ownsEmail()) {
      return UserClass.DUPLICATE_EMAIL;
    }
    if (login.email() != null && !EmailAddress.accepted(login.email())) {
      return UserClass.REFUSED_EMAIL;
    }
    if (login.email() == null && login.phone() != null) {
      return UserClass.PHONE_ONLY;
    }
    return switch (PasswordHash.of(login.passwordHash())) {
      case NONE -> UserClass.NO_PASSWORD;
      case PORTABLE -> UserClass.PORTABLE_HASH;
      case BCRYPT_TOO_COSTLY, ARGON2, FIREBASE_SCRYPT, ENCRYPTED, OTHER -> UserClass.FOREIGN_HASH;
    };
  }
}
