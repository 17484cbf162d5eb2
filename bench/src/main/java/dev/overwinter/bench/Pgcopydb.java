package dev.overwinter.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** pgcopydb, with whichever of its best options the version knows. */
final class Pgcopydb extends ShellContender {
  /** Without what a build of one's own adds. */
  private static final Pattern VERSION = Pattern.compile("pgcopydb version (\\d+(?:[.-]\\d+)*)");

  private final String program;
  private final boolean binary;
  private final boolean compares;

  private Pgcopydb(String program, String version, boolean binary, boolean compares) {
    super(
        "pgcopydb-" + version,
        "pgcopydb %s `clone`, %s".formatted(version, binary ? "binary, split" : "split")
            + (compares ? ", then `compare data`" : ""),
        (compares
                ? "`compare data` sums a 32 bit hash a row and ends with 0 whatever it finds; "
                : "no proof; ")
            + "no mapping, no files; resumes at the table",
        Template.EMPTY);
    this.program = program;
    this.binary = binary;
    this.compares = compares;
  }

  /** Those there are: what PGCOPYDB names, and what is on the PATH. */
  static List<Contender> found() {
    List<Contender> found = new ArrayList<>();
    Optional.ofNullable(System.getenv("PGCOPYDB")).flatMap(Pgcopydb::of).ifPresent(found::add);
    of("pgcopydb")
        .filter(it -> found.stream().noneMatch(other -> other.key().equals(it.key())))
        .ifPresent(found::add);
    return found;
  }

  private static Optional<Pgcopydb> of(String program) {
    Matcher version = VERSION.matcher(said(program, "--version"));
    if (!version.find()) {
      return Optional.empty();
    }
    return Optional.of(
        new Pgcopydb(
            program,
            version.group(1),
            said(program, "clone", "--help").contains("--use-copy-binary"),
            said(program, "help").contains("compare")));
  }

  private static String said(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public Map<String, List<String>> parts() {
    return compares ? Map.of("… of which the clone alone", List.of("clone")) : Map.of();
  }

  @Override
  String script(Setting setting) {
    String largest = setting.shape().tables().get(0).name();
    String clone =
        """
        size=$(psql -qAtX "$SOURCE" -c "SELECT pg_table_size('public.%s')")
        # One part for each job, where the table is worth it.
        split=$((size / JOBS / 1000 + 1000))
        [ "$split" -gt 200000 ] || split=200000
        '%s' clone --source "$SOURCE" --target "$TARGET" --dir "$WORK/clone" --not-consistent \\
          --table-jobs "$JOBS" --index-jobs "$JOBS" --skip-vacuum %s \\
          --split-tables-larger-than "${split}kB" >&2
        phase clone
        """
            .formatted(largest, program, binary ? "--use-copy-binary" : "");
    return compares
        ? clone
            + """
            '%s' compare data --source "$SOURCE" --target "$TARGET" --dir "$WORK/compare" >&2
            phase compare
            """
                .formatted(program)
        : clone;
  }
}
