package dev.overwinter.sandbox.compare;

import dev.overwinter.sandbox.app.UserIdColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a value of the source should be on the target once the users have new ids. Not thread-safe.
 */
final class ExpectedValue implements AutoCloseable {
  private static final String ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
  private static final Pattern PLAIN_ID = Pattern.compile(ID);
  // A whole string or key: only inside a string can a quote follow a backslash.
  private static final Pattern JSON_STRING_ID = Pattern.compile("(?<!\\\\)\"(" + ID + ")\"");

  private final Map<UUID, UUID> newIds;
  private final PreparedStatement normalForm;

  ExpectedValue(Map<UUID, UUID> newIds, Connection target) throws SQLException {
    this.newIds = newIds;
    this.normalForm = target.prepareStatement("SELECT ?::jsonb::text");
  }

  String of(UserIdColumn.Kind kind, String value) throws SQLException {
    if (value == null) {
      return null;
    }
    return switch (kind) {
      case UUID -> newId(value);
      case TEXT -> PLAIN_ID.matcher(value).matches() ? newId(value) : value;
      case UUID_ARRAY -> PLAIN_ID.matcher(value).replaceAll(id -> newId(id.group()));
      case JSONB -> json(value);
    };
  }

  @Override
  public void close() throws SQLException {
    normalForm.close();
  }

  private String json(String value) throws SQLException {
    Matcher matcher = JSON_STRING_ID.matcher(value);
    String mapped = matcher.replaceAll(id -> '"' + newId(id.group(1)) + '"');
    if (mapped.equals(value)) {
      return value;
    }
    normalForm.setString(1, mapped);
    try (ResultSet rows = normalForm.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** In the case the old id was written in. An id that is no user's stays as it is. */
  private String newId(String id) {
    UUID replacement = newIds.get(UUID.fromString(id));
    if (replacement == null) {
      return id;
    }
    boolean upperCase = !id.equals(id.toLowerCase(Locale.ROOT));
    return upperCase ? replacement.toString().toUpperCase(Locale.ROOT) : replacement.toString();
  }
}
