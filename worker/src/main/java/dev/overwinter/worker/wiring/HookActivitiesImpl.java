package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.hooks.HookAnnouncer;
import dev.overwinter.workflows.steps.Announcement;
import dev.overwinter.workflows.steps.AnnouncementSummary;
import dev.overwinter.workflows.steps.HookActivities;
import java.util.function.Supplier;

/** {@link HookAnnouncer} as Temporal calls it. */
final class HookActivitiesImpl implements HookActivities {
  private final HookAnnouncer announcer;
  private final Supplier<StepContext> contexts;

  HookActivitiesImpl(HookAnnouncer announcer, Supplier<StepContext> contexts) {
    this.announcer = announcer;
    this.contexts = contexts;
  }

  @Override
  public AnnouncementSummary announce(Announcement announcement) {
    return announcer.announce(announcement, contexts.get());
  }
}
