package dev.overwinter.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * The floor: what PostgreSQL itself needs to send rows, to take them and to build indexes. The
 * largest table goes in two ranges of its pages.
 */
final class Pipes extends ShellContender {
  static final String KEY = "floor";

  Pipes() {
    super(
        KEY,
        "Floor: binary `COPY` pipes into bare tables, then indexes",
        "psql into psql; two ranges of the large table's pages at one time, indexes built at one time, primary key from its index, foreign key; no proof, no mapping, no resume, no files",
        Template.BARE);
  }

  @Override
  public boolean fits(String shape) {
    return shape.equals(Shape.LARGE);
  }

  @Override
  String script(Setting setting) {
    Shape.Table largest = setting.shape().tables().get(0);
    List<Shape.Table> others = setting.shape().tables().subList(1, setting.shape().tables().size());
    StringBuilder script = new StringBuilder();
    script.append(
        """
        copy() {
          psql -qX "$SOURCE" -c "COPY (SELECT * FROM ONLY public.$1 WHERE $2) TO STDOUT (FORMAT binary)" |
            psql -qX "$TARGET" -c "COPY public.$1 FROM STDIN (FORMAT binary)"
        }
        middle=$(psql -qAtX "$SOURCE" -c "SELECT pg_relation_size('public.LARGEST') / 8192 / 2")
        copy LARGEST "ctid < '($middle,0)'" & first=$!
        copy LARGEST "ctid >= '($middle,0)'" & second=$!
        wait $first
        wait $second
        """
            .replace("LARGEST", largest.name()));
    others.forEach(it -> script.append("copy %s true\n".formatted(it.name())));
    script.append("phase rows\n");
    List<String> indexes =
        setting.shape().tables().stream().flatMap(it -> it.indexes().stream()).toList();
    script.append(together(indexes)).append("phase indexes\n");
    List<String> rest = new ArrayList<>();
    setting.shape().tables().forEach(it -> rest.addAll(it.constraints()));
    setting.shape().tables().forEach(it -> rest.addAll(it.foreignKeys()));
    rest.addAll(setting.shape().sequences());
    script.append("psql -qX -v ON_ERROR_STOP=1 \"$TARGET\" >&2 <<'END'\n");
    rest.forEach(it -> script.append(it).append(";\n"));
    return script.append("END\nphase constraints\n").toString();
  }

  private static String together(List<String> statements) {
    return "all %d <<'END'\n%s\nEND\n".formatted(statements.size(), String.join("\n", statements));
  }
}
