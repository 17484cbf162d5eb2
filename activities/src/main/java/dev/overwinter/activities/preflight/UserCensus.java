package dev.overwinter.activities.preflight;

import dev.overwinter.workflows.request.UserClass;
import java.util.Map;

/** Counts the users of Supabase Auth. A boundary between preflight and what knows people. */
@FunctionalInterface
public interface UserCensus {
  /** Users by class; classes without users may be left out. */
  Map<UserClass, Long> count();
}
