package dev.overwinter.worker.settings;

import dev.overwinter.workflows.request.NearestName;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Optional;
import org.postgresql.PGProperty;

/** A database's address as a person writes it. */
final class DatabaseUrl {
  private static final String EXAMPLE = "postgresql://host:5432/database?sslmode=verify-full";

  /** What the JDBC driver wants, or null. */
  private final String jdbcUrl;

  private final String problem;

  private DatabaseUrl(String jdbcUrl, String problem) {
    this.jdbcUrl = jdbcUrl;
    this.problem = problem;
  }

  static DatabaseUrl parse(String text) {
    if (SecretScan.holdsSecret(text)) {
      return wrong(
          "holds a user name or password: leave them out, they have settings of their own");
    }
    try {
      return parse(new URI(text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text));
    } catch (URISyntaxException e) {
      return wrong("is no address: write it as " + EXAMPLE);
    }
  }

  private static DatabaseUrl parse(URI uri) {
    boolean ours = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
    if (!ours || uri.getHost() == null) {
      return wrong("must name PostgreSQL and one host: write it as " + EXAMPLE);
    }
    String database = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
    if (database.isEmpty() || database.contains("/")) {
      return wrong("must name one database after the host: write it as " + EXAMPLE);
    }
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    Optional<String> unknown =
        Arrays.stream(query.split("&"))
            .map(parameter -> parameter.split("=", 2)[0])
            .filter(name -> !name.isEmpty() && PGProperty.forName(name) == null)
            .findFirst();
    if (unknown.isPresent()) {
      return wrong(
          "has the option %s, which the JDBC driver does not know: %s"
              .formatted(unknown.get(), suggestion(unknown.get())));
    }
    int port = uri.getPort() < 0 ? 5432 : uri.getPort();
    return new DatabaseUrl(
        "jdbc:postgresql://%s:%d/%s%s"
            .formatted(uri.getHost(), port, database, query.isEmpty() ? "" : "?" + query),
        null);
  }

  private static String suggestion(String option) {
    String hint =
        NearestName.suggestion(
            option.replace("_", ""),
            Arrays.stream(PGProperty.values()).map(PGProperty::getName).toList());
    return hint.startsWith("known are") ? "leave it out" : hint;
  }

  private static DatabaseUrl wrong(String problem) {
    return new DatabaseUrl(null, problem);
  }

  /** What is wrong with it, if anything. Quotes nothing of the host's path or of secrets. */
  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** {@code jdbc:postgresql://host:port/database?options}; only when there is no problem. */
  String jdbcUrl() {
    return jdbcUrl;
  }
}
