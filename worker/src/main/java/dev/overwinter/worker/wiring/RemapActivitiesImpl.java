package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.remap.IdColumnsFile;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.util.function.Supplier;

/** {@link RemapPlanning} as Temporal calls it, with a file beside the archive that tells of it. */
final class RemapActivitiesImpl implements RemapActivities {
  private final RemapPlanning planning;
  private final Database target;
  private final Path archive;
  private final Supplier<StepContext> contexts;

  RemapActivitiesImpl(
      RemapPlanning planning, Database target, Path archive, Supplier<StepContext> contexts) {
    this.planning = planning;
    this.target = target;
    this.archive = archive;
    this.contexts = contexts;
  }

  @Override
  public RemapSummary planRemap(StepInput input) {
    RemapSummary summary = planning.plan(input, contexts.get());
    if (input.request().copy().archive()) {
      IdColumnsFile.write(target, input.run(), archive);
    }
    return summary;
  }
}
