package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An account to be made.
 *
 * @param body of the request that makes it
 * @param email the e-mail in it, or null
 * @param guarded whether the service itself refuses a second account like it, because it signs in
 *     with its e-mail
 * @param needsPassword whether its owner must set a new password to get in
 */
record StackAuthUser(ObjectNode body, String email, boolean guarded, boolean needsPassword) {
  /** Without anything personal. */
  @Override
  public String toString() {
    return "account to be made";
  }
}
