package dev.overwinter.sandbox.kill;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * A test that fails is run once more by the long build, so that a machine that stood still for a
 * minute does not stop it. A row that was lost once is lost, though, however the next blows fall: a
 * test with this extension fails again without being run.
 */
final class NoSecondChance implements BeforeEachCallback, TestWatcher {
  private static final Map<String, Throwable> FAILED = new ConcurrentHashMap<>();

  @Override
  public void beforeEach(ExtensionContext context) {
    Throwable before = FAILED.get(context.getUniqueId());
    if (before != null) {
      throw new AssertionError("It failed before, and its blows are dealt at random", before);
    }
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    FAILED.putIfAbsent(context.getUniqueId(), cause);
  }
}
