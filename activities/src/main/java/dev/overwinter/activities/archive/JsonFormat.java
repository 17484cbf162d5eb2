package dev.overwinter.activities.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * What writer and reader of parts agree on. A value that JSON cannot carry as it is, is wrapped:
 * {@code {"$text": "..."}} for a JSON document that does not fit into a line as it is, and {@code
 * {"$bytes": 2097152, "$parts": ["...", "..."]}} for a text of many bytes, so that neither side
 * needs to hold it more than once. A document that begins like a wrapper is wrapped itself.
 */
final class JsonFormat {
  static final String TEXT = "$text";
  static final String BYTES = "$bytes";
  static final String PARTS = "$parts";

  /** Values of more bytes are written in parts of at most so many bytes. */
  static final int PART_BYTES = 1024 * 1024;

  /**
   * The rows were PostgreSQL's before they were JSON: its limits count, not those that protect
   * against strangers' documents.
   */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .build();

  private JsonFormat() {}
}
