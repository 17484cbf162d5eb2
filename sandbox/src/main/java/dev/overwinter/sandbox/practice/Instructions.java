package dev.overwinter.sandbox.practice;

import dev.overwinter.workflows.FreezeBackfill;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/** What to type next, ready to paste. */
final class Instructions {
  private static final String TEXT =
      """

      Ready, until this process is stopped with Ctrl-C:

        source      {source}
        target      {target}
        Stack Auth  {stack}
        settings    {settings}, secrets in {secrets}, request in {request}

      A Temporal, unless you have one, in a terminal of its own:

        temporal server start-dev --db-filename overwinter.db \\
          --search-attribute MigrationState=Keyword --search-attribute MigrationStep=Keyword \\
          --search-attribute MigrationNeedsOperator=Bool

      What would happen, and then a worker, in a second terminal:

        . {secrets}
        ./overwinter plan --config {settings}
        TEMPORAL_ADDRESS=127.0.0.1:7233 ./overwinter worker --config {settings}

      The run, in a third one:

        temporal workflow start --type FreezeBackfill --task-queue {queue} --workflow-id {run} \\
          --input-file {request} --fail-existing --id-reuse-policy RejectDuplicate

      What to look at:

        http://localhost:8233/namespaces/default/workflows/{run}
                    step by step on the page User Metadata, and what to send next
        temporal workflow query --workflow-id {run} --name status
                    the same as JSON
        overwinter-data/archive
                    exported rows, mapping and report, where the worker runs
        (. {secrets}; PGPASSWORD=$OVERWINTER_SOURCE_PASSWORD psql -U {sourceUser} {source})
        (. {secrets}; PGPASSWORD=$OVERWINTER_TARGET_PASSWORD psql -U {targetUser} {target})
                    both databases; try to write to the source while it is frozen
      """;

  private Instructions() {}

  /**
   * @param host under which a worker reaches the ground
   */
  static String of(PracticeGround ground, String host, PracticeFiles files) {
    String secrets = files.secrets().toString();
    // Every sandbox is another one, and a run's name is never used again.
    String run =
        "sandbox-" + DateTimeFormatter.ofPattern("MMdd-HHmmss").format(LocalDateTime.now());
    Map<String, String> values =
        Map.of(
            "source", ground.source().url(host),
            "sourceUser", ground.source().user(),
            "target", ground.target().url(host),
            "targetUser", ground.target().user(),
            "stack", ground.stackAuth().baseUrl(host).toString(),
            "settings", files.settings().toString(),
            // A shell looks for a name without directory on the path only.
            "secrets", files.secrets().isAbsolute() ? secrets : "./" + secrets,
            "request", files.request().toString(),
            "queue", FreezeBackfill.TASK_QUEUE,
            "run", run);
    String text = TEXT;
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("{" + value.getKey() + "}", value.getValue());
    }
    return text;
  }
}
