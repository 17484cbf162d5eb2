package dev.overwinter.activities.preflight;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How likely two names mean the same: by the words they share, case and separators aside, and by
 * the pairs of letters they share (Dice's coefficient).
 */
final class Likeness {
  /** Below this a guess is more often wrong than right. */
  static final double LEAST = 0.5;

  private Likeness() {}

  /** The likeliest of some names, if any is likely. */
  static Optional<String> nearest(String name, Collection<String> candidates) {
    String best = null;
    double most = LEAST;
    for (String candidate : candidates.stream().sorted().toList()) {
      double likeness = of(name, candidate);
      if (likeness > most || best == null && likeness == most) {
        best = candidate;
        most = likeness;
      }
    }
    return Optional.ofNullable(best);
  }

  /** From 0, nothing in common, to 1, the same but for case and separators. */
  static double of(String left, String right) {
    return Math.max(dice(words(left), words(right)), dice(pairs(left), pairs(right)));
  }

  private static double dice(Set<String> left, Set<String> right) {
    Set<String> common = new HashSet<>(left);
    common.retainAll(right);
    return left.isEmpty() && right.isEmpty()
        ? 0
        : 2.0 * common.size() / (left.size() + right.size());
  }

  private static Set<String> words(String name) {
    String separated = name.replaceAll("(\\p{Ll})(\\p{Lu})", "$1 $2").toLowerCase(Locale.ROOT);
    return new HashSet<>(List.of(separated.split("[^\\p{L}\\p{N}]+")));
  }

  private static Set<String> pairs(String name) {
    String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    Set<String> pairs = new HashSet<>();
    for (int place = 0; place + 1 < letters.length(); place++) {
      pairs.add(letters.substring(place, place + 2));
    }
    return pairs;
  }
}
