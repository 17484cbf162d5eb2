package dev.overwinter.activities.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the remapper does in Java is what verification undoes in SQL, for values of any shape. */
class ReversalTest {
  private static final int ROWS = 400;

  private final Random random = new Random(20_261_120);

  @Test
  void random_documents_arrays_and_texts_come_back_as_they_were() throws SQLException {
    SampleMigration sample = new SampleMigration();
    String table =
        """
        CREATE TABLE public.random_values (
          id int PRIMARY KEY, one uuid, many uuid[], word text, words text[], doc jsonb, raw json)
        """;
    TestServer.execute(sample.source, table);
    TestServer.execute(sample.target, table);
    fill(sample.source);

    sample.copy();
    VerificationSummary summary =
        new Verification(sample.source, sample.target, 2)
            .verify(SampleMigration.input(), SampleMigration.context());
    String remapped =
        TestServer.single(
            sample.target,
            "SELECT count(*) FROM public.random_values r WHERE r::text LIKE '%"
                + SampleMigration.NEW
                + "%'");
    sample.source.close();
    sample.target.close();

    assertThat(summary.verdict()).as(summary.findings().toString()).isEqualTo(Verdict.PASSED);
    assertThat(Integer.parseInt(remapped)).isGreaterThan(ROWS / 2);
  }

  private void fill(Database source) throws SQLException {
    try (Connection connection = source.connect();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO public.random_values
                VALUES (?, ?::text::uuid, ?::text::uuid[], ?, ?::text::text[], ?::text::jsonb,
                        ?::text::json)
                """)) {
      for (int id = 0; id < ROWS; id++) {
        insert.setInt(1, id);
        insert.setString(2, maybe(this::person));
        insert.setString(3, maybe(() -> array(() -> random.nextInt(4) > 0 ? person() : "NULL")));
        insert.setString(4, maybe(this::word));
        insert.setString(5, maybe(() -> array(() -> quoted(word()))));
        insert.setString(6, maybe(() -> document(3)));
        insert.setString(7, maybe(() -> document(3)));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private String maybe(Supplier<String> value) {
    return random.nextInt(10) == 0 ? null : value.get();
  }

  private String person() {
    String digits = "%012d".formatted(1 + random.nextInt(SampleMigration.USERS * 5 / 4));
    return SampleMigration.OLD + digits;
  }

  private String word() {
    return switch (random.nextInt(9)) {
      case 0, 1 -> person();
      case 2 -> person().toUpperCase(Locale.ROOT);
      case 3 -> "x" + person();
      case 4 -> "\"" + person();
      case 5 -> "a\\\"," + person() + ",{é}";
      case 6 -> "";
      case 7 -> "NULL";
      default -> person() + "\\";
    };
  }

  private static String quoted(String word) {
    return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private String array(Supplier<String> element) {
    int columns = 1 + random.nextInt(3);
    Supplier<String> row =
        () ->
            IntStream.range(0, columns)
                .mapToObj(i -> element.get())
                .collect(Collectors.joining(",", "{", "}"));
    return switch (random.nextInt(4)) {
      case 0 -> "{}";
      case 1 -> "[0:" + (columns - 1) + "]=" + row.get();
      case 2 -> "{" + row.get() + "," + row.get() + "}";
      default -> row.get();
    };
  }

  private String document(int depth) {
    int kind = random.nextInt(depth == 0 ? 4 : 6);
    return switch (kind) {
      case 0, 1 -> quoted(word());
      case 2 -> "-1.50e3";
      case 3 -> "null";
      case 4 ->
          IntStream.range(0, random.nextInt(4))
              .mapToObj(i -> document(depth - 1))
              .collect(Collectors.joining(" , ", "[", "]"));
      default ->
          IntStream.range(0, random.nextInt(4))
              .mapToObj(i -> quoted(word()) + " :" + document(depth - 1))
              .collect(Collectors.joining(",", "{ ", "}"));
    };
  }
}
