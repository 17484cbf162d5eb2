package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Tells others of the freeze: a maintenance banner, a status page. */
@ActivityInterface
public interface HookActivities {
  /**
   * Delivers an event to every hook of the worker's settings; does nothing where there is none. Who
   * receives one twice knows it by its id. Fails while a hook has not taken it, with {@code
   * HookRefused} when trying again is useless.
   */
  @ActivityMethod
  AnnouncementSummary announce(Announcement announcement);
}
