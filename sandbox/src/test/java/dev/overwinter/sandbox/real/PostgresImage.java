package dev.overwinter.sandbox.real;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** The PostgreSQL image that tests in containers use; the engine must have it already. */
final class PostgresImage {
  /** Names another image than the usual one. */
  static final String PROPERTY = "postgres.image";

  private static final String USUAL = "postgres:17-alpine";

  private PostgresImage() {}

  static String name() {
    return System.getProperty(PROPERTY, USUAL);
  }

  static boolean isThere() {
    try {
      DockerClientFactory.instance().client().inspectImageCmd(name()).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** A server for {@code furnish} of source and target, not started. */
  static PostgreSQLContainer server(Map<String, String> settings) {
    List<String> command = new ArrayList<>(List.of("postgres", "-c", "fsync=off"));
    settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    return new PostgreSQLContainer(
            DockerImageName.parse(name()).asCompatibleSubstituteFor("postgres"))
        .withImagePullPolicy(image -> false)
        .withUsername(SelfHostedTarget.SUPERUSER)
        .withPassword(SelfHostedTarget.superuserPassword())
        .withDatabaseName("postgres")
        .withCommand(command.toArray(String[]::new));
  }

  static InetSocketAddress addressOf(PostgreSQLContainer server) {
    return InetSocketAddress.createUnresolved(
        server.getHost(), server.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT));
  }
}
