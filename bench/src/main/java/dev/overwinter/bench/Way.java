package dev.overwinter.bench;

import java.util.List;
import java.util.Map;

/**
 * A contender as the report names it.
 *
 * @param key its key
 * @param title its title
 * @param remarks what it does and does not do
 * @param parts parts of it that stand in the report by themselves
 */
record Way(String key, String title, String remarks, Map<String, List<String>> parts) {
  static Way of(Contender contender) {
    return new Way(contender.key(), contender.title(), contender.remarks(), contender.parts());
  }
}
