package dev.overwinter.bench;

import java.util.List;
import java.util.Map;

/** The floor of many tables, where a process a table would cost more than the rows do. */
final class Relay implements Contender {
  @Override
  public String key() {
    return Pipes.KEY;
  }

  @Override
  public String title() {
    return "Floor: binary `COPY` relayed into bare tables, then indexes";
  }

  @Override
  public String remarks() {
    return "a program that passes on what the source sends, two tables at one time, then two indexes at one time, primary keys from their indexes, foreign keys; no proof, no mapping, no resume, no files";
  }

  @Override
  public Template template() {
    return Template.BARE;
  }

  @Override
  public boolean fits(String shape) {
    return shape.equals(Shape.TABLES);
  }

  @Override
  public List<String> command(Setting setting) {
    return Java.command(RelayCopy.class, Integer.toString(setting.jobs()));
  }

  @Override
  public Map<String, String> environment(Setting setting) {
    return Java.databases(setting);
  }
}
