package dev.overwinter.workflows.request;

/**
 * What kind of account a Supabase user is. Each user falls in exactly one class: the first, in the
 * order of this enum, that fits. Being banned is no class: it combines with any and is carried as a
 * restriction.
 */
public enum UserClass {
  /** Deleted softly: e-mail and phone are hashes, nobody can be reached. */
  SOFT_DELETED("softDeleted", UserTreatment.SKIP),
  /** {@code instance_id} is not all zeros, so Supabase Auth itself does not see the row. */
  INVISIBLE("invisible", UserTreatment.STOP),
  /** Signed in anonymously: no e-mail, phone or identity. */
  ANONYMOUS("anonymous", UserTreatment.CARRY),
  /** Comes from a SAML provider; the e-mail may repeat. */
  SSO("sso", UserTreatment.STOP),
  /** The e-mail equals another user's after lower-casing. */
  DUPLICATE_EMAIL("duplicateEmail", UserTreatment.STOP),
  /** The e-mail has a form that Stack Auth refuses. */
  REFUSED_EMAIL("refusedEmail", UserTreatment.STOP),
  /** Has a phone number and no e-mail. */
  PHONE_ONLY("phoneOnly", UserTreatment.CARRY),
  /** The password hash is not one that Stack Auth takes; a new password must be set. */
  FOREIGN_HASH("foreignHash", UserTreatment.CARRY_WITHOUT_PASSWORD),
  /** No password: signs in with a provider or a link. */
  NO_PASSWORD("noPassword", UserTreatment.CARRY),
  /** The password hash is bcrypt and is carried, so the password goes on working. */
  PORTABLE_HASH("portableHash", UserTreatment.CARRY);

  private final String jsonName;
  private final UserTreatment defaultTreatment;

  UserClass(String jsonName, UserTreatment defaultTreatment) {
    this.jsonName = jsonName;
    this.defaultTreatment = defaultTreatment;
  }

  /** The name in requests and reports. */
  public String jsonName() {
    return jsonName;
  }

  /** What is done where the request says nothing. */
  public UserTreatment defaultTreatment() {
    return defaultTreatment;
  }
}
