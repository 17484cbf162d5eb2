package dev.overwinter.sandbox.real;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The commands of Temporal's tool that our pages tell people to type: in code blocks, in running
 * text, and in tables, where a header may hold the beginning of each row's command.
 */
final class Manual {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final String TOOL = "temporal ";

  private final Set<String> commands = new LinkedHashSet<>();
  private final Set<String> untyped = new LinkedHashSet<>();

  private Manual() {}

  static Manual of(Path... pages) throws IOException {
    Manual manual = new Manual();
    for (Path page : pages) {
      manual.read(Files.readString(page).replace("\\\n", " "));
    }
    manual.untyped.addAll(manual.commands);
    return manual;
  }

  private void read(String page) {
    StringBuilder text = new StringBuilder();
    String beginning = "";
    for (String line : page.split("\n")) {
      if (line.startsWith("    ")) {
        add(line);
      } else if (line.startsWith("|")) {
        beginning = row(line, beginning);
      } else {
        beginning = "";
        text.append(line).append(' ');
      }
    }
    code(text.toString()).forEach(this::add);
  }

  private String row(String line, String beginning) {
    for (String code : code(line)) {
      if (code.startsWith(TOOL) && beginning.isEmpty()) {
        return code + " ";
      }
      add(beginning.isEmpty() ? code : beginning + code);
    }
    return beginning;
  }

  private static List<String> code(String text) {
    return CODE.matcher(text).results().map(match -> match.group(1)).toList();
  }

  private void add(String code) {
    String command = code.strip().replaceAll("\\s+", " ");
    if (command.startsWith(TOOL)) {
      commands.add(command);
    }
  }

  /** The one command with all of these words in it, which now counts as typed. */
  String command(String... words) {
    return typed(
        command -> Arrays.stream(words).allMatch(command::contains), Arrays.toString(words));
  }

  /** The one command that ends so, which now counts as typed. */
  String commandEndingWith(String end) {
    return typed(command -> command.endsWith(end), end);
  }

  private String typed(Predicate<String> wanted, String words) {
    List<String> found = commands.stream().filter(wanted).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          "%d commands of the manual have %s: %s".formatted(found.size(), words, found));
    }
    untyped.remove(found.get(0));
    return found.get(0);
  }

  /** Commands that nobody has typed yet. */
  Set<String> untyped() {
    return untyped;
  }
}
