package dev.overwinter.sandbox.freeze;

import java.util.function.Supplier;

/**
 * One way in which somebody writes to a Supabase database.
 *
 * @param group who or what it belongs to
 * @param name what it does
 * @param role the role that logs in
 * @param moment when it began, seen from the freeze
 * @param effect what it does when nobody stops it
 * @param named what the proof of the freeze says of it when no trigger can stop it, or null
 * @param attempts makes its tries
 */
record Writer(
    String group,
    String name,
    String role,
    Moment moment,
    Effect effect,
    String named,
    Supplier<Attempt> attempts) {
  /** When a writer's session and transaction began. */
  enum Moment {
    /** Whenever: it is tried on a session from before the freeze and on one from after it. */
    ANY,
    /** Always on a session of its own, opened for it. */
    NEW_SESSION,
    /** Its session or transaction is older than the freeze; it has not written yet. */
    BEGUN,
    /** It has written before the freeze and not committed. */
    IN_FLIGHT
  }

  /** What a writer does. */
  enum Effect {
    /** Changes what a table holds. */
    ROWS,
    /** Writes, but nothing that a table holds. */
    NO_ROW
  }

  static Writer of(String group, String name, String role, Attempt attempt) {
    return new Writer(group, name, role, Moment.ANY, Effect.ROWS, null, () -> attempt);
  }

  Writer at(Moment other) {
    return new Writer(group, name, role, other, effect, named, attempts);
  }

  Writer withoutRow() {
    return new Writer(group, name, role, moment, Effect.NO_ROW, named, attempts);
  }

  /** No trigger stops it; the proof of the freeze finds it and says so. */
  Writer foundAs(String words) {
    return new Writer(group, name, role, moment, effect, words, attempts);
  }

  boolean isSeenByTriggers() {
    return named == null;
  }

  @Override
  public String toString() {
    return group + ": " + name;
  }
}
