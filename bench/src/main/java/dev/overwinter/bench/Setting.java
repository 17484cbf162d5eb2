package dev.overwinter.bench;

import java.nio.file.Path;

/**
 * Where and with what is measured.
 *
 * @param programs directory of PostgreSQL's programs
 * @param work an empty directory for the contender's files
 * @param source holds the data in the database {@link #DATABASE}
 * @param target takes the data in the database {@link #DATABASE}
 * @param shape the data
 * @param jobs how much is done at one time by those who can
 */
record Setting(Path programs, Path work, Cluster source, Cluster target, Shape shape, int jobs) {
  static final String DATABASE = "app";

  String sourceUri() {
    return source.uri(DATABASE);
  }

  String targetUri() {
    return target.uri(DATABASE);
  }
}
