package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Adds one of everything to both sides that a dump can hold. */
final class Workshop {
  private Workshop() {}

  static void addTo(SupabaseSource source) throws Exception {
    run("workshop.sql", source, SupabaseSource.OWNER);
    run("workshop-platform.sql", source, SupabaseSource.SUPERUSER);
    run("workshop-source.sql", source, SupabaseSource.SUPERUSER);
  }

  static void addTo(SelfHostedTarget target) throws Exception {
    for (String part : List.of("workshop.sql", "workshop-platform.sql")) {
      String role =
          part.equals("workshop.sql") ? SelfHostedTarget.OWNER : SelfHostedTarget.SUPERUSER;
      run(part, target.jdbcUrl(), role, target.passwordOf(role));
    }
  }

  static void addSomebodyElsesOverwinterTo(SupabaseSource source) throws Exception {
    run("somebody-elses-overwinter.sql", source, SupabaseSource.OWNER);
  }

  private static void run(String script, SupabaseSource source, String role) throws Exception {
    run(script, source.jdbcUrl(), role, source.passwordOf(role));
  }

  /** By psql, because the driver does not see where a function's SQL body ends. */
  private static void run(String script, String jdbcUrl, String role, String password)
      throws Exception {
    URI address = URI.create(jdbcUrl.substring("jdbc:".length()));
    ProcessBuilder psql =
        new ProcessBuilder(
                PostgresqlPrograms.program("psql"),
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--host=" + address.getHost(),
                "--port=" + address.getPort(),
                "--username=" + role,
                address.getPath().substring(1))
            .redirectErrorStream(true);
    psql.environment().put("PGPASSWORD", password);
    Process process = psql.start();
    try (InputStream text = Workshop.class.getResourceAsStream(script);
        var input = process.getOutputStream()) {
      text.transferTo(input);
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", script, said).isZero();
  }
}
