package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;

/**
 * What this program wants to know of an account in Stack Auth.
 *
 * @param email lower-cased; null when the account has none
 * @param supabaseId the Supabase user that the account's server-side marker names, or null
 * @param runId the run that the marker names, or null
 */
record StackAuthAccount(
    UUID id,
    String email,
    boolean emailVerified,
    boolean signsInWithEmail,
    Activity activity,
    String supabaseId,
    String runId) {
  /** Keys of the marker in {@code server_metadata}, which only the server key can write. */
  static final String SUPABASE_ID = "supabaseUserId";

  static final String RUN_ID = "overwinterRun";

  /** The service sets both times of a new account itself, a moment apart. */
  private static final long SIGN_UP_TAKES_MILLIS = 10_000;

  static StackAuthAccount of(JsonNode json) {
    JsonNode marker = json.path("server_metadata");
    return new StackAuthAccount(
        id(json.path("id").asText()),
        text(json.path("primary_email")),
        json.path("primary_email_verified").asBoolean(),
        json.path("primary_email_auth_enabled").asBoolean(),
        new Activity(
            json.path("signed_up_at_millis").asLong(), json.path("last_active_at_millis").asLong()),
        text(marker.path(SUPABASE_ID)),
        text(marker.path(RUN_ID)));
  }

  /** Whether this very run made the account for this very user. */
  boolean madeBy(String run, UUID supabaseUser) {
    return run.equals(runId) && supabaseUser.toString().equals(supabaseId);
  }

  /** Without the e-mail. */
  @Override
  public String toString() {
    return "account " + id;
  }

  private static UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw StackAuthException.notStackAuth();
    }
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.asText() : null;
  }

  /** When somebody signed up and was last seen, in milliseconds since 1970. */
  record Activity(long signedUpAt, long lastActiveAt) {
    /** The last activity that is not a person's: later than this, somebody has signed in. */
    long baseline() {
      return lastActiveAt - signedUpAt <= SIGN_UP_TAKES_MILLIS ? lastActiveAt : signedUpAt;
    }
  }
}
