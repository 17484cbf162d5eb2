package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Findings as people can take them in: one entry for all that say the same of many objects, with
 * the count that each of them begins with added up.
 */
public final class FoldedFindings {
  /** So many objects are named; the report names all. */
  private static final int NAMED = 3;

  private static final Pattern COUNT = Pattern.compile("^((?:holds )?)(\\d+)(?= )");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private FoldedFindings() {}

  /** Blockers first, then warnings, then notes; within each in order of appearance. */
  public static List<Finding> of(List<Finding> findings) {
    Map<String, List<Finding>> alike = new LinkedHashMap<>();
    findings.stream()
        .sorted(Comparator.comparing(Finding::severity))
        .forEach(
            finding ->
                alike.computeIfAbsent(kind(finding), kind -> new ArrayList<>()).add(finding));
    return alike.values().stream().map(FoldedFindings::fold).toList();
  }

  /** How many findings have that severity. */
  public static long count(List<Finding> findings, Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  private static String kind(Finding finding) {
    // Two findings of one object are told apart by words, or they are of two kinds.
    String message = COUNT.matcher(finding.message()).replaceFirst("$1#");
    return finding.severity() + "\n" + message + "\n" + impersonal(finding);
  }

  private static String impersonal(Finding finding) {
    return finding.remedy().replace(finding.object(), "…");
  }

  private static Finding fold(List<Finding> alike) {
    Finding first = alike.get(0);
    List<Finding> byCount =
        alike.stream().sorted(Comparator.comparingLong(FoldedFindings::number).reversed()).toList();
    long objects = alike.stream().map(Finding::object).distinct().count();
    if (objects == 1) {
      return first;
    }
    String named =
        byCount.stream().limit(NAMED).map(FoldedFindings::named).collect(Collectors.joining(", "));
    String object = objects > NAMED ? "%s and %d more".formatted(named, objects - NAMED) : named;
    long sum = alike.stream().mapToLong(FoldedFindings::number).sum();
    String message = COUNT.matcher(first.message()).replaceFirst("$1" + ProgressText.number(sum));
    return new Finding(first.severity(), object, message, impersonal(first));
  }

  private static String named(Finding finding) {
    long number = number(finding);
    return number == 0
        ? finding.object()
        : "%s (%s)".formatted(finding.object(), ProgressText.number(number));
  }

  private static long number(Finding finding) {
    Matcher count = COUNT.matcher(finding.message());
    if (!count.find()) {
      return 0;
    }
    Matcher number = NUMBER.matcher(count.group());
    return number.find() && number.group().length() < 18 ? Long.parseLong(number.group()) : 0;
  }
}
