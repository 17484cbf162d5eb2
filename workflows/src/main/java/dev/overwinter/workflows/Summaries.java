package dev.overwinter.workflows;

import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.status.NextUpdate;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.UserUndoSummary;
import dev.overwinter.workflows.steps.VerificationSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Says what a step did: its figures, and after a semicolon what else is worth knowing. */
final class Summaries {
  private Summaries() {}

  static String of(PreflightReport report) {
    long users = report.users().values().stream().mapToLong(Long::longValue).sum();
    return "%d tables, about %s rows, %s users; %s, %d columns with user ids, about %d min frozen"
        .formatted(
            report.tables(),
            number(report.estimatedRows()),
            number(users),
            bytes(report.bytes()),
            report.referenceColumns(),
            (report.estimatedSeconds() + 59) / 60);
  }

  static String of(FreezeReport report) {
    return "%d tables refuse writes; proven as %d roles, raised in %d ms, the last %d ms of it refusing%s"
        .formatted(
            report.guardedTables(),
            report.rolesProven(),
            report.waitedMillis(),
            report.refusedMillis(),
            report.endedWriters() == 0
                ? ""
                : ", %d sessions of writers ended".formatted(report.endedWriters()));
  }

  static String of(ChunkPlanSummary plan, ArchiveSummary archive) {
    if (archive.equals(ArchiveSummary.NONE)) {
      return "%d tables; no archive is kept, rows go straight into the target"
          .formatted(plan.tables());
    }
    return "%s rows; %d tables in %d files, %s, manifest %s"
        .formatted(
            number(archive.rows()),
            plan.tables(),
            archive.parts(),
            bytes(archive.bytes()),
            NextUpdate.shortDigest(archive.manifestSha256()));
  }

  static String of(UserSummary users, MappingFileSummary mapping) {
    String classes =
        users.byClass().entrySet().stream()
            .map(Summaries::countOf)
            .collect(Collectors.joining(", "));
    return "%s users created%s; %d skipped, %d need a new password, mapping kept until %s; by class: %s"
        .formatted(
            number(users.created()),
            users.adopted() == 0 ? "" : ", %s adopted".formatted(number(users.adopted())),
            users.skipped(),
            users.needPassword(),
            day(mapping.retainUntil()),
            classes);
  }

  /** The day of an instant in ISO 8601. */
  private static String day(String instant) {
    return instant.split("T", 2)[0];
  }

  private static String countOf(Map.Entry<UserClass, Long> entry) {
    return entry.getKey().jsonName() + " " + entry.getValue();
  }

  static String of(RemapSummary remap) {
    return "%d columns, %s references; %s more to people without an account, kept by rule"
        .formatted(remap.columns(), number(remap.references()), number(remap.unknown()));
  }

  static String of(PutAsideSummary restored) {
    return "%s rows; restored %d indexes, %d foreign keys, %d triggers; %d sequences set"
        .formatted(
            number(restored.rows()),
            restored.indexes(),
            restored.foreignKeys(),
            restored.triggers(),
            restored.sequences());
  }

  static String of(VerificationSummary verification) {
    return switch (verification.verdict()) {
      case PASSED ->
          "%s rows, %d digests compared, all equal; %d tables, digest %s"
              .formatted(
                  number(verification.rows()),
                  verification.digestsCompared(),
                  verification.tables(),
                  NextUpdate.shortDigest(verification.digest()));
      case FAILED -> unequal("FAILED", verification);
      case COULD_NOT_VERIFY -> unequal("COULD NOT VERIFY", verification);
    };
  }

  private static String unequal(String verdict, VerificationSummary verification) {
    return "Verification %s: %s rows of %d tables, %d digests compared, %d findings; digest %s."
        .formatted(
            verdict,
            number(verification.rows()),
            verification.tables(),
            verification.digestsCompared(),
            verification.findings().size(),
            NextUpdate.shortDigest(verification.digest()));
  }

  static String of(UserUndoSummary users, CleanUpSummary target) {
    String leftBehind =
        target.leftBehind().isEmpty()
            ? "nothing left behind"
            : "left behind: " + target.leftBehind();
    return "%d accounts removed, %d kept because somebody signed in; %d tables emptied, %d objects restored; %s"
        .formatted(
            users.removed(),
            users.kept(),
            target.tablesEmptied(),
            target.objectsRestored(),
            leftBehind);
  }

  static String of(LaneSummary loaded) {
    return "%s rows; %d chunks, each read back before it was committed"
        .formatted(number(loaded.rows()), loaded.chunks());
  }

  static String of(LaterUndoSummary undone) {
    return "%s rows removed; %s that the application has changed or removed since were left to it."
        .formatted(number(undone.rows()), number(undone.left()));
  }

  /** Scheduled jobs of the source that lifting the freeze could not resume. */
  static Finding stillPaused(List<Long> jobs) {
    return Finding.warning(
        "pg_cron",
        "Jobs that were paused for the freeze could not be resumed: %s."
            .formatted(jobs.stream().map(String::valueOf).collect(Collectors.joining(", "))),
        "Activate each as its owner with SELECT cron.alter_job(<number>, active := true), then run: overwinter unfreeze");
  }

  /** The same on every worker, whatever its language. */
  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String bytes(long bytes) {
    return bytes < 10_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
  }
}
