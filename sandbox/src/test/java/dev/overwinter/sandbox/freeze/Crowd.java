package dev.overwinter.sandbox.freeze;

import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SupabaseSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many writers at full speed: through the API, as Supabase Auth and directly, into tables of their
 * own and into every table of the application.
 */
final class Crowd implements AutoCloseable {
  static final int WRITERS = 32;
  static final int TABLES = 16;

  private static final int OF_AUTH = 4;
  private static final int OF_API = 16;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<CrowdWriter>> writers = new ArrayList<>();
  private volatile boolean beingFrozen;
  private volatile boolean frozen;
  private volatile boolean over;

  /** Makes the tables of their own and a place in each of the application's for what they write. */
  static void prepare(FrozenSource source) throws SQLException {
    try (Connection superuser = source.open(SupabaseSource.SUPERUSER)) {
      SandboxSeed.small().plant(superuser);
    }
    try (Connection owner = source.open(SupabaseSource.OWNER)) {
      // Refuses changes of the seed's rows, which are old.
      Sql.execute(owner, "DROP FUNCTION public.refuse_backdated_log() CASCADE");
      for (String table : SandboxApplication.TABLES) {
        Sql.execute(
            owner,
            """
            ALTER TABLE public."%1$s" ADD COLUMN slot bigserial, ADD COLUMN scribble text;
            CREATE INDEX ON public."%1$s" (slot);
            """
                .formatted(table));
      }
      String columns = "(id text PRIMARY KEY, body text NOT NULL)";
      for (int table = 1; table < TABLES; table++) {
        Sql.execute(owner, "CREATE TABLE public." + table(table) + columns);
      }
      Sql.execute(
          owner,
          """
          CREATE TABLE public.%1$s %2$s PARTITION BY RANGE (id);
          CREATE TABLE public.%1$s_low PARTITION OF public.%1$s FOR VALUES FROM (MINVALUE) TO ('2');
          CREATE TABLE parts.%1$s_high PARTITION OF public.%1$s FOR VALUES FROM ('2') TO (MAXVALUE);
          """
              .formatted(table(0), columns));
    }
  }

  static String table(int number) {
    return "crowd_%02d".formatted(number);
  }

  String applicationTable(Random random) {
    return SandboxApplication.TABLES.get(random.nextInt(SandboxApplication.TABLES.size()));
  }

  void start(FrozenSource source) throws SQLException {
    for (int number = 0; number < WRITERS; number++) {
      writers.add(threads.submit(writer(source, number)));
    }
  }

  private CrowdWriter writer(FrozenSource source, int number) throws SQLException {
    if (number < OF_AUTH) {
      return new CrowdWriter(this, source.open("supabase_auth_admin"), number, "begin", true);
    }
    if (number < OF_AUTH + OF_API) {
      Connection session = source.open("authenticator");
      String begin =
          "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
              + " SELECT set_config('role', 'service_role', true)";
      return new CrowdWriter(this, session, number, begin, false);
    }
    return new CrowdWriter(this, source.open(SupabaseSource.OWNER), number, "BEGIN", false);
  }

  boolean isBeingFrozen() {
    return beingFrozen;
  }

  boolean isFrozen() {
    return frozen;
  }

  boolean isOver() {
    return over;
  }

  void freezeBegins() {
    beingFrozen = true;
  }

  void freezeStands() {
    frozen = true;
    beingFrozen = false;
  }

  /** Ends all writers, and fails if one of them did. */
  List<CrowdWriter> end() throws InterruptedException, ExecutionException {
    over = true;
    List<CrowdWriter> ended = new ArrayList<>();
    for (Future<CrowdWriter> writer : writers) {
      ended.add(writer.get());
    }
    return ended;
  }

  /** What all of them were promised: each row's text, by table and key. */
  static Map<String, String> acknowledged(List<CrowdWriter> writers) {
    Map<String, String> acknowledged = new HashMap<>();
    for (CrowdWriter writer : writers) {
      acknowledged.putAll(writer.acknowledged());
    }
    return acknowledged;
  }

  @Override
  public void close() {
    over = true;
    threads.shutdown();
  }
}
