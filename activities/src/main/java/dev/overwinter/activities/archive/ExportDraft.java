package dev.overwinter.activities.archive;

/** The files of one chunk that are written, but do not have their names yet. */
final class ExportDraft implements AutoCloseable {
  private final Draft<ChunkExporter.Export> people;
  private final Draft<ChunkExporter.Export> rows;

  /**
   * @param people the part for people
   * @param rows the rows in binary, or null when they travel as text
   */
  ExportDraft(Draft<ChunkExporter.Export> people, Draft<ChunkExporter.Export> rows) {
    this.people = people;
    this.rows = rows;
  }

  /** What was written. */
  ChunkExporter.Export result() {
    return people.result();
  }

  /** Gives the files their names. */
  void publish() {
    if (rows != null) {
      rows.publish();
    }
    people.publish();
  }

  /** Throws files away that were not published. */
  @Override
  public void close() {
    if (rows != null) {
      rows.close();
    }
    people.close();
  }
}
