package dev.overwinter.sandbox.freeze;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/** A row that a subscription brings from another database, for as long as it is enabled. */
final class Replicated implements Attempt {
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS public.replicated (id uuid PRIMARY KEY, body text)";

  private String subscription;

  @Override
  public void before(Connection session, Door door) throws SQLException {
    subscription = "from_" + Sql.query(session, "SELECT current_database()").get(0);
    try (Connection other = door.openOther()) {
      Sql.execute(other, TABLE);
      Sql.execute(
          other, "CREATE PUBLICATION %s FOR TABLE public.replicated".formatted(subscription));
      Sql.execute(
          other,
          "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(subscription));
      Sql.execute(
          session,
          """
          CREATE SUBSCRIPTION %1$s CONNECTION 'host=localhost port=%2$s dbname=%3$s user=%4$s'
            PUBLICATION %1$s WITH (create_slot = false, copy_data = false, enabled = false)
          """
              .formatted(
                  subscription,
                  Sql.query(other, "SHOW port").get(0),
                  Sql.query(other, "SELECT current_database()").get(0),
                  Sql.query(other, "SELECT current_user").get(0)));
    }
  }

  @Override
  public void write(Connection session, Door door) throws Exception {
    Sql.execute(session, "ALTER SUBSCRIPTION " + subscription + " ENABLE");
    String row = UUID.randomUUID().toString();
    try (Connection other = door.openOther()) {
      Sql.execute(other, "INSERT INTO public.replicated VALUES ('%s', 'x')".formatted(row));
    }
    String arrived = "SELECT 1 FROM public.replicated WHERE id = '%s'".formatted(row);
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (Sql.query(session, arrived).isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("nothing was replicated: " + subscription);
      }
      Thread.sleep(20);
    }
    // Its worker reports what it wrote when it ends.
    Sql.execute(session, "ALTER SUBSCRIPTION " + subscription + " DISABLE");
  }
}
