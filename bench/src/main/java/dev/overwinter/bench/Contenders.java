package dev.overwinter.bench;

import java.util.ArrayList;
import java.util.List;

/** Everybody who may run. */
final class Contenders {
  private Contenders() {}

  static List<Contender> all() {
    List<Contender> all = new ArrayList<>();
    all.add(new Pipes());
    all.add(new Relay());
    all.add(new Overwinter(true));
    all.add(new Overwinter(false));
    all.addAll(Pgcopydb.found());
    all.add(new Dump("pg_dump", "-Z0"));
    all.add(new Dump("pg_dump-gzip", ""));
    all.add(new RowBatches(false));
    all.add(new RowBatches(true));
    return all;
  }
}
