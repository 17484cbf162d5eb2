package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ArchiveDirectory;
import dev.overwinter.activities.users.UserSteps;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserActivities;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.UserUndoSummary;
import java.nio.file.Path;
import java.util.function.Supplier;

/** {@link UserSteps} as Temporal calls it. */
final class UserActivitiesImpl implements UserActivities {
  private final UserSteps steps;
  private final Path archive;
  private final Supplier<StepContext> contexts;

  UserActivitiesImpl(UserSteps steps, Path archive, Supplier<StepContext> contexts) {
    this.steps = steps;
    this.archive = archive;
    this.contexts = contexts;
  }

  @Override
  public UserSummary createUsers(StepInput input) {
    return steps.createUsers(input, contexts.get());
  }

  @Override
  public MappingFileSummary writeMapping(StepInput input) {
    Path directory = new ArchiveDirectory(archive, input.run()).made();
    return steps.writeMapping(input, directory, contexts.get());
  }

  @Override
  public UserUndoSummary undoUsers(StepInput input) {
    return steps.undoUsers(input, contexts.get());
  }
}
