package dev.overwinter.sandbox.freeze;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * One of many who write as fast as they can. It keeps what the database has acknowledged, and
 * measures how long it waits for each answer. Used by one thread.
 */
final class CrowdWriter implements Callable<CrowdWriter> {
  /** What COPY's text form has to escape, and characters of every length that UTF-8 has. */
  private static final String[] CHARACTERS = {
    "a", "Z", "9", " ", "\\", "\"", "'", "\t", "\n", "\r", "\b", "{", "\\N", "é", "漢", "😀"
  };

  private static final long REST_NANOS = 20_000_000;

  private final Crowd crowd;
  private final Connection session;
  private final int number;
  private final String begin;
  private final boolean signsUp;
  private final Random random;
  private final Map<String, String> acknowledged = new TreeMap<>();
  private final List<String> ownRows = new ArrayList<>();
  private Map<String, String> changes;
  private int rows;

  long accepted;
  long acceptedLate;
  long refused;
  long longestNanosBefore;
  long longestNanosWhile;

  /**
   * @param begin how its service opens a transaction
   * @param signsUp whether it is Supabase Auth, and makes users
   */
  CrowdWriter(Crowd crowd, Connection session, int number, String begin, boolean signsUp) {
    this.crowd = crowd;
    this.session = session;
    this.number = number;
    this.begin = begin;
    this.signsUp = signsUp;
    this.random = new Random(number);
  }

  /** What this writer was promised: the row's text, by table and key. */
  Map<String, String> acknowledged() {
    return acknowledged;
  }

  @Override
  public CrowdWriter call() throws SQLException {
    try (session) {
      while (!crowd.isOver()) {
        boolean late = crowd.isFrozen();
        if (isAccepted()) {
          accepted++;
          acceptedLate += late ? 1 : 0;
          changes.forEach(this::keep);
        } else {
          refused++;
          // As clients do; the processors are for the export then.
          LockSupport.parkNanos(REST_NANOS);
        }
      }
    }
    return this;
  }

  private boolean isAccepted() throws SQLException {
    changes = new TreeMap<>();
    try {
      timed(begin);
      for (int left = random.nextInt(3); left >= 0; left--) {
        change();
      }
      timed("COMMIT");
      return true;
    } catch (SQLException e) {
      if (!"PT503".equals(e.getSQLState())) {
        throw e;
      }
      Sql.execute(session, "ROLLBACK");
      return false;
    }
  }

  private void change() throws SQLException {
    if (signsUp) {
      signUp();
      return;
    }
    int kind = random.nextInt(10);
    if (kind == 0) {
      scribble();
    } else if (kind < 4 && !ownRows.isEmpty()) {
      changeOwnRow(kind == 1);
    } else {
      addRow();
    }
  }

  private void signUp() throws SQLException {
    String user = UUID.randomUUID().toString();
    String name = text();
    timed(
        "INSERT INTO auth.users (id, email, raw_user_meta_data)"
            + " VALUES (?::uuid, ?, jsonb_build_object('full_name', ?))",
        user,
        user + "@example.com",
        name);
    changes.put("profiles " + user, name);
  }

  private void scribble() throws SQLException {
    String table = crowd.applicationTable(random);
    String text = text();
    long slot = number + (long) Crowd.WRITERS * random.nextInt(3);
    int updated =
        timed("UPDATE public.\"%s\" SET scribble = ? WHERE slot = ?".formatted(table), text, slot);
    if (updated == 1) {
      changes.put(table + " " + slot, text);
    }
  }

  private void changeOwnRow(boolean remove) throws SQLException {
    String row = ownRows.get(random.nextInt(ownRows.size()));
    String[] place = row.split(" ");
    String text = text();
    int changed =
        remove
            ? timed("DELETE FROM public.%s WHERE id = ?".formatted(place[0]), place[1])
            : timed(
                "UPDATE public.%s SET body = ? WHERE id = ?".formatted(place[0]), text, place[1]);
    if (changed == 1) {
      changes.put(row, remove ? null : text);
    }
  }

  private void addRow() throws SQLException {
    String table = Crowd.table(random.nextInt(Crowd.TABLES));
    String id = number + "-" + rows++;
    String text = text();
    timed("INSERT INTO public.%s (id, body) VALUES (?, ?)".formatted(table), id, text);
    changes.put(table + " " + id, text);
  }

  private String text() {
    StringBuilder text = new StringBuilder("crowd ");
    for (int left = random.nextInt(60); left >= 0; left--) {
      text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  private void keep(String row, String text) {
    if (text == null) {
      acknowledged.remove(row);
      ownRows.remove(row);
      return;
    }
    if (acknowledged.put(row, text) == null && row.startsWith("crowd_")) {
      ownRows.add(row);
    }
  }

  /** From sending to the answer, whatever the answer is. */
  private int timed(String sql, Object... values) throws SQLException {
    boolean raising = crowd.isBeingFrozen();
    long sent = System.nanoTime();
    try {
      return Sql.execute(session, sql, values);
    } finally {
      long waited = System.nanoTime() - sent;
      if (raising || crowd.isBeingFrozen()) {
        longestNanosWhile = Math.max(longestNanosWhile, waited);
      } else if (!crowd.isFrozen()) {
        longestNanosBefore = Math.max(longestNanosBefore, waited);
      }
    }
  }
}
