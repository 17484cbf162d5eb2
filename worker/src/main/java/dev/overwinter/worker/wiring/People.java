package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.preflight.ReferenceCensus.References;
import dev.overwinter.activities.preflight.UserCensus.Users;
import dev.overwinter.activities.remap.DiscoveredReferences;
import dev.overwinter.activities.remap.ReferencePreflight;
import dev.overwinter.activities.users.UserPreflightReport;
import dev.overwinter.activities.users.UserSteps;
import dev.overwinter.workflows.steps.StepInput;

/** Tells preflight of people and of references to them. */
final class People {
  private final UserSteps users;
  private final ReferencePreflight references;

  People(UserSteps users, ReferencePreflight references) {
    this.users = users;
    this.references = references;
  }

  Users users(StepInput input, StepContext context) {
    UserPreflightReport report = users.preflight(input.request().users(), context);
    return new Users(report.users(), report.findings());
  }

  References references(StepInput input, StepContext context) {
    DiscoveredReferences found =
        references.look(input.request(), users.skipped(input.request().users(), context), context);
    return new References(found.columns().size(), found.findings());
  }
}
