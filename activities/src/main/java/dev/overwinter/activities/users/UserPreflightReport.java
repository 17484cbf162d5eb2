package dev.overwinter.activities.users;

import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.Finding;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What preflight saw of users and Stack Auth.
 *
 * @param users by class; classes without users left out
 * @param findings what a person should know; ids and counts only
 */
public record UserPreflightReport(Map<UserClass, Long> users, List<Finding> findings) {
  public UserPreflightReport {
    EnumMap<UserClass, Long> ordered = new EnumMap<>(UserClass.class);
    ordered.putAll(users);
    users = Collections.unmodifiableMap(ordered);
    findings = List.copyOf(findings);
  }
}
