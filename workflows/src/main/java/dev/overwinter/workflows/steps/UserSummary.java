package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.request.UserClass;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What became of the users.
 *
 * @param created accounts this run made
 * @param adopted users mapped to an account that was there before, by rule
 * @param skipped users without an account, by rule
 * @param needPassword accounts whose owner must set a new password
 * @param byClass users by class; classes without users left out
 */
public record UserSummary(
    long created, long adopted, long skipped, long needPassword, Map<UserClass, Long> byClass) {
  public UserSummary {
    EnumMap<UserClass, Long> ordered = new EnumMap<>(UserClass.class);
    ordered.putAll(byClass);
    byClass = Collections.unmodifiableMap(ordered);
  }
}
