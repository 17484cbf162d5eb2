package dev.overwinter.workflows;

import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.UserUndoSummary;
import dev.overwinter.workflows.steps.VerificationSummary;
import java.util.Map;
import java.util.stream.Collectors;

/** Says in a sentence what a step did. */
final class Summaries {
  private Summaries() {}

  static String of(PreflightReport report) {
    long users = report.users().values().stream().mapToLong(Long::longValue).sum();
    return "%d tables, about %d rows, %s; %d users; %d columns with user ids; about %d min frozen"
        .formatted(
            report.tables(),
            report.estimatedRows(),
            bytes(report.bytes()),
            users,
            report.referenceColumns(),
            (report.estimatedSeconds() + 59) / 60);
  }

  static String of(FreezeReport report) {
    return "%d tables refuse writes, proven as %d roles; waited %d ms for writers in flight"
        .formatted(report.guardedTables(), report.rolesProven(), report.waitedMillis());
  }

  static String of(ChunkPlanSummary plan, ArchiveSummary archive) {
    return "%d rows of %d tables in %d files, %s; manifest %s"
        .formatted(
            archive.rows(),
            plan.tables(),
            archive.parts(),
            bytes(archive.bytes()),
            NextCommands.shortDigest(archive.manifestSha256()));
  }

  static String of(UserSummary users, MappingFileSummary mapping) {
    String classes =
        users.byClass().entrySet().stream()
            .map(Summaries::countOf)
            .collect(Collectors.joining(", "));
    return "%d created, %d adopted, %d skipped; %d need a new password (%s); mapping kept until %s"
        .formatted(
            users.created(),
            users.adopted(),
            users.skipped(),
            users.needPassword(),
            classes,
            mapping.retainUntil());
  }

  private static String countOf(Map.Entry<UserClass, Long> entry) {
    return entry.getKey().jsonName() + " " + entry.getValue();
  }

  static String of(RemapSummary remap) {
    return "%d columns, %d references to carried users, %d to people without an account, kept by rule"
        .formatted(remap.columns(), remap.references(), remap.unknown());
  }

  static String of(LaneSummary loaded, PutAsideSummary restored) {
    return "%d rows in %d chunks since the last start; restored %d indexes, %d foreign keys, %d triggers; %d sequences set"
        .formatted(
            loaded.rows(),
            loaded.chunks(),
            restored.indexes(),
            restored.foreignKeys(),
            restored.triggers(),
            restored.sequences());
  }

  static String of(VerificationSummary verification) {
    String verdict =
        switch (verification.verdict()) {
          case PASSED -> "passed";
          case FAILED -> "FAILED";
          case COULD_NOT_VERIFY -> "COULD NOT VERIFY";
        };
    return "Verification %s: %d rows of %d tables, %d digests compared, %d findings; digest %s."
        .formatted(
            verdict,
            verification.rows(),
            verification.tables(),
            verification.digestsCompared(),
            verification.findings().size(),
            NextCommands.shortDigest(verification.digest()));
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

  private static String bytes(long bytes) {
    return bytes < 10_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
  }
}
