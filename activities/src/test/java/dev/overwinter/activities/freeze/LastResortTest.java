package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.overwinter.activities.postgres.PackagedServer;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The SQL with which the page about the freeze frees a source without Overwinter. */
class LastResortTest {
  private static final Path PAGE = Path.of("../docs/freeze.md");
  private static final String BEGIN = "<!-- last resort: begin -->";
  private static final String END = "<!-- last resort: end -->";

  private FreezeFixture fixture;
  private Connection superuser;
  private Connection owner;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.sourceOnly();
    superuser = fixture.asSource("postgres");
    owner = fixture.asSource("hosted");
  }

  @AfterEach
  void close() throws SQLException {
    owner.close();
    superuser.close();
    fixture.close();
  }

  @Test
  void frees_the_source_and_leaves_nothing_behind() throws Exception {
    List<String> before = catalog(superuser);
    fixture.step().raise(input("a"), fixture.context());
    FreezeStepTest.assertRefused(owner, "INSERT INTO public.units VALUES (8, 'refused')");

    execute(owner, sql());

    execute(owner, "INSERT INTO public.units VALUES (8, 'taken')");
    assertThat(catalog(superuser)).isEqualTo(before);
  }

  /** Needs {@code POSTGRESQL_BIN}; see {@code tools/postgresql}. */
  @Tag("real")
  @Test
  void frees_the_source_from_the_hands_of_psql() throws Exception {
    assumeTrue(PackagedServer.programs().isPresent(), "POSTGRESQL_BIN is not set");
    List<String> before = catalog(superuser);
    fixture.step().raise(input("a"), fixture.context());
    URI source = URI.create(owner.getMetaData().getURL().substring("jdbc:".length()));
    Process psql =
        new ProcessBuilder(
                PackagedServer.programs().get().resolve("psql").toString(),
                "--no-psqlrc",
                "--set=ON_ERROR_STOP=1",
                "--host=" + source.getHost(),
                "--port=" + source.getPort(),
                "--username=hosted",
                "--dbname=" + source.getPath().substring(1))
            .redirectErrorStream(true)
            .start();
    try (Writer typed = psql.outputWriter()) {
      typed.write(sql());
    }
    String said = new String(psql.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(psql.waitFor()).as(said).isZero();
    execute(owner, "INSERT INTO public.units VALUES (8, 'taken')");
    assertThat(catalog(superuser)).isEqualTo(before);
  }

  @Test
  void frees_the_source_from_a_permanent_freeze() throws Exception {
    fixture.step().raise(input("a"), fixture.context());
    fixture.step().makePermanent(input("a"), fixture.context());

    execute(owner, sql());

    execute(owner, "INSERT INTO public.units VALUES (8, 'taken')");
  }

  @Test
  void resumes_the_jobs_that_were_paused() throws Exception {
    CronStandIn.install(superuser, "hosted");
    execute(owner, "SELECT cron.schedule('nightly', '0 3 * * *', 'DELETE FROM public.rooms')");
    List<String> before = catalog(superuser);
    fixture.step().raise(input("a"), fixture.context());
    assertThat(jobs()).contains("nightly f");

    execute(owner, sql());

    assertThat(jobs()).containsExactly("nightly t");
    assertThat(catalog(superuser)).isEqualTo(before);
  }

  @Test
  void lets_everybody_write_at_once_when_tables_in_use_keep_it_from_cleaning_up() throws Exception {
    fixture.step().raise(input("a"), fixture.context());
    try (Connection reader = fixture.asSource("hosted")) {
      reader.setAutoCommit(false);
      query(reader, "SELECT name FROM public.units");
      for (String statement : sql().split("(?m);$")) {
        try {
          execute(owner, statement);
        } catch (SQLException e) {
          assertThat(e.getSQLState()).isIn("55P03", "2BP01");
        }
      }
      execute(owner, "INSERT INTO public.units VALUES (8, 'taken')");
    }
  }

  private List<String> jobs() throws SQLException {
    return query(superuser, "SELECT concat_ws(' ', jobname, active) FROM cron.job ORDER BY 1");
  }

  /** As it stands in the page. */
  private static String sql() throws IOException {
    List<String> page = Files.readAllLines(PAGE);
    return String.join(
        "\n",
        page.subList(page.indexOf(BEGIN) + 1, page.indexOf(END)).stream()
            .filter(line -> !line.startsWith("```"))
            .toList());
  }
}
