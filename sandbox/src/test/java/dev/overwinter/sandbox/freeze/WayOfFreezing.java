package dev.overwinter.sandbox.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A way to keep everybody from writing. */
interface WayOfFreezing {
  /**
   * Returns when it is in force.
   *
   * @param told gets what it waits for meanwhile
   */
  void raise(Consumer<String> told) throws SQLException;

  void lift() throws SQLException;

  /** What it says to a write that it refuses. */
  Set<String> refusals();

  /** Whether it may matter if a session was open before. */
  default boolean dependsOnSession() {
    return true;
  }

  /** Whether it can tell by itself that something was written past it. */
  default boolean looksForItself() {
    return false;
  }

  /** What it finds that was written past it; empty when it finds nothing or cannot look. */
  default Optional<String> findings() {
    return Optional.empty();
  }

  /** The default that many believe to be a switch. */
  record ReadOnlyDefault(FrozenSource source) implements WayOfFreezing {
    @Override
    public void raise(Consumer<String> told) throws SQLException {
      source.asOwner(
          "ALTER DATABASE %s SET default_transaction_read_only = on".formatted(source.name()));
    }

    @Override
    public void lift() throws SQLException {
      source.asOwner(
          "SET default_transaction_read_only = off",
          "ALTER DATABASE %s RESET default_transaction_read_only".formatted(source.name()));
    }

    @Override
    public Set<String> refusals() {
      return Set.of("25006");
    }
  }

  /** Taking the rights to write from the API's roles, and from Supabase Auth where asked to. */
  record Revoke(FrozenSource source, boolean ofAuthToo) implements WayOfFreezing {
    private static final String WRITES =
        " INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ";
    private static final String API = " anon, authenticated, service_role";
    private static final String SERVICES = " supabase_auth_admin, supabase_storage_admin";

    @Override
    public void raise(Consumer<String> told) throws SQLException {
      source.asOwner("REVOKE" + WRITES + "public, parts FROM" + API + ", PUBLIC");
      if (ofAuthToo) {
        source.asOwner("REVOKE" + WRITES + "auth, storage FROM" + API + "," + SERVICES);
      }
    }

    @Override
    public void lift() throws SQLException {
      source.asOwner("GRANT" + WRITES + "public TO" + API);
    }

    /** Rights are looked up for each statement. */
    @Override
    public boolean dependsOnSession() {
      return false;
    }

    @Override
    public Set<String> refusals() {
      return Set.of("42501");
    }
  }

  /** The product's own. */
  record Overwinter(FrozenSource source, FreezeStep step, StepInput input)
      implements WayOfFreezing {
    @Override
    public void raise(Consumer<String> told) throws SQLException {
      step.raise(input, FrozenSource.context(told));
      countStatisticsFromNow();
    }

    /** Which it does by itself two minutes later. */
    private void countStatisticsFromNow() throws SQLException {
      try (Connection superuser = source.open("supabase_admin")) {
        Sql.execute(
            superuser,
            "UPDATE overwinter.guard SET frozen_since = frozen_since - interval '1 hour'");
      }
      step.prove(input, FrozenSource.context(told -> {}));
    }

    @Override
    public void lift() {
      step.lift(input, FrozenSource.context(told -> {}));
    }

    @Override
    public Set<String> refusals() {
      return Set.of("PT503");
    }

    @Override
    public boolean looksForItself() {
      return true;
    }

    @Override
    public Optional<String> findings() {
      try {
        step.prove(input, FrozenSource.context(told -> {}));
        return Optional.empty();
      } catch (StepException e) {
        return Optional.of(e.getMessage());
      }
    }
  }
}
