package dev.overwinter.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Programs of others, called by a script of bash. */
abstract class ShellContender implements Contender {
  private static final String BEGIN =
      """
      set -euo pipefail
      PATH=$PROGRAMS:$PATH
      phase() {
        times >"$WORK/times"
        echo "phase $1 $(tr '\\n' ' ' <"$WORK/times")"
      }
      all() { # runs what the lines of its input say, $1 at one time
        xargs -r -d '\\n' -P "$1" -I '{}' psql -qX -v ON_ERROR_STOP=1 "$TARGET" -c '{}' >&2
      }
      echo ready
      read -r _
      """;

  private final String key;
  private final String title;
  private final String remarks;
  private final Template template;

  ShellContender(String key, String title, String remarks, Template template) {
    this.key = key;
    this.title = title;
    this.remarks = remarks;
    this.template = template;
  }

  @Override
  public final String key() {
    return key;
  }

  @Override
  public final String title() {
    return title;
  }

  @Override
  public final String remarks() {
    return remarks;
  }

  @Override
  public final Template template() {
    return template;
  }

  /** In bash, with the variables SOURCE, TARGET, WORK and JOBS, and the functions phase and all. */
  abstract String script(Setting setting);

  @Override
  public final List<String> command(Setting setting) throws IOException {
    Path file = setting.work().resolve("script");
    Files.writeString(file, BEGIN + script(setting) + "\necho done\n");
    return List.of("bash", file.toString());
  }

  @Override
  public final Map<String, String> environment(Setting setting) {
    return Map.of(
        "PROGRAMS", setting.programs().toString(),
        "SOURCE", setting.sourceUri(),
        "TARGET", setting.targetUri(),
        "WORK", setting.work().toString(),
        "JOBS", Integer.toString(setting.jobs()));
  }
}
