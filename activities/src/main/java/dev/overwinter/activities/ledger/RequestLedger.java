package dev.overwinter.activities.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** What runs were asked for, in the caller's transaction. Stateless. */
public final class RequestLedger {
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private RequestLedger() {}

  /** Writes it down, once. */
  public static void record(Connection target, RunKey run, MigrationRequest request)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO overwinter.run_request VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      statement.setString(1, run.runId());
      statement.setString(2, JSON.writeValueAsString(request));
      statement.executeUpdate();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a request cannot be written as JSON", e);
    }
  }

  /** What a run was asked for; empty for one of a version that did not write it down. */
  public static Optional<MigrationRequest> read(Connection target, String runId)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT request FROM overwinter.run_request WHERE run_id = ?")) {
      statement.setString(1, runId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(JSON.readValue(row.getString(1), MigrationRequest.class))
            : Optional.empty();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the ledger's request of a run cannot be read", e);
    }
  }
}
