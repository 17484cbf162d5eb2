package dev.overwinter.activities.remap;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Compares who is in Supabase Auth with who is in the ledger. Both are read in the order of their
 * ids and side by side; only the ids of those who get no account are held.
 *
 * @param users how many have a new id
 * @param digest the mapping's digest
 * @param notCarried ids of users who get no account, by a rule of the request
 */
record MappingCheck(long users, String digest, List<UUID> notCarried) {
  private static final int ROWS_AT_A_TIME = 10_000;

  private static final String USERS = "SELECT id FROM auth.users ORDER BY id";

  private static final String ACCOUNTS =
      """
      SELECT a.supabase_id, a.state, m.stack_id
        FROM overwinter.user_account a
        LEFT JOIN overwinter.user_mapping m
               ON m.run_id = a.run_id AND m.supabase_id = a.supabase_id
       WHERE a.run_id = ?
       ORDER BY a.supabase_id
      """;

  private static final String SHARED =
      """
      SELECT pg_catalog.count(*) - pg_catalog.count(DISTINCT stack_id)
        FROM overwinter.user_mapping
       WHERE run_id = ?
      """;

  /**
   * Compares.
   *
   * @param source in a transaction
   * @param target in a transaction
   * @throws StepException when somebody is undecided, or the mapping is not one to one
   */
  static MappingCheck run(Connection source, Connection target, RunKey run) throws SQLException {
    refuseSharedAccounts(target, run);
    MappingDigest digest = new MappingDigest();
    List<UUID> notCarried = new ArrayList<>();
    long mapped = 0;
    long undecided = 0;
    long surplus = 0;
    try (PreparedStatement users = source.prepareStatement(USERS);
        PreparedStatement accounts = target.prepareStatement(ACCOUNTS)) {
      users.setFetchSize(ROWS_AT_A_TIME);
      accounts.setFetchSize(ROWS_AT_A_TIME);
      accounts.setString(1, run.runId());
      try (ResultSet user = users.executeQuery();
          ResultSet account = accounts.executeQuery()) {
        UUID userId = nextUser(user);
        UUID accountId = next(account);
        while (userId != null || accountId != null) {
          int order = compare(userId, accountId);
          if (order < 0) {
            undecided++;
            userId = nextUser(user);
            continue;
          }
          UUID newId = account.getObject(3, UUID.class);
          if (order > 0) {
            surplus += newId == null ? 0 : 1;
            accountId = next(account);
            continue;
          }
          if (newId != null) {
            digest.add(accountId, newId);
            mapped++;
          } else if (account.getString(2).equals("skipped")) {
            notCarried.add(accountId);
          } else {
            undecided++;
          }
          userId = nextUser(user);
          accountId = next(account);
        }
      }
    }
    if (undecided > 0 || surplus > 0) {
      throw new StepException(
          FailureType.REFERENCES_UNSETTLED,
          ("Mapping of users: %d users of auth.users have neither an account nor a rule that leaves"
                  + " them out, and %d mapped users are not in auth.users. Run the creation of users"
                  + " to its end, then retry the step.")
              .formatted(undecided, surplus));
    }
    return new MappingCheck(mapped, digest.finish(), List.copyOf(notCarried));
  }

  private static void refuseSharedAccounts(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(SHARED)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getLong(1) > 0) {
          throw new StepException(
              FailureType.REFERENCES_UNSETTLED,
              "Mapping of users: it is not one to one; %d users share an account or have none."
                  .formatted(row.getLong(1)));
        }
      }
    }
  }

  /** The caller's transaction is the target's; a failure here is the source's. */
  private static UUID nextUser(ResultSet rows) {
    try {
      return next(rows);
    } catch (SQLException e) {
      throw SqlFailures.translate(e, "source", "reading of auth.users");
    }
  }

  private static UUID next(ResultSet rows) throws SQLException {
    return rows.next() ? rows.getObject(1, UUID.class) : null;
  }

  /** In PostgreSQL's order, which is that of the bytes; null comes last. */
  private static int compare(UUID left, UUID right) {
    if (left == null || right == null) {
      return left == null ? 1 : -1;
    }
    int high = Long.compareUnsigned(left.getMostSignificantBits(), right.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(left.getLeastSignificantBits(), right.getLeastSignificantBits());
  }
}
