package dev.overwinter.sandbox.users;

import dev.overwinter.activities.postgres.Database;
import java.net.URI;

/** Creates users in a process of its own, so that a test can kill it. */
final class CreateUsersProcess {
  private CreateUsersProcess() {}

  /**
   * @param arguments source, target, Stack Auth, project id, key, run id
   */
  public static void main(String[] arguments) {
    try (Database source = UsersFixture.database("source", arguments[0]);
        Database target = UsersFixture.database("target", arguments[1])) {
      UsersFixture.steps(source, target, URI.create(arguments[2]), arguments[3], arguments[4])
          .createUsers(UsersFixture.input(arguments[5], "{}"), UsersFixture.QUIET);
    }
  }
}
