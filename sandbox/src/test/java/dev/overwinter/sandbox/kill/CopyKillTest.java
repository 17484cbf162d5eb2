package dev.overwinter.sandbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes carry rows over, and each is killed with SIGKILL again and again, at any of the
 * messages that it sends to its databases, and followed by another. A blow counts only when the
 * servers show that the process, which stands still at that moment, has work in its hands. Each
 * failure tells the seed of its blows; {@code -Dkill.seed=SEED} deals the same ones again, {@code
 * -Dkill.count=NUMBER} more or fewer.
 */
@Tag("long")
@ExtendWith(NoSecondChance.class)
@Timeout(1800)
class CopyKillTest {
  private static final int KILLS = Integer.getInteger("kill.count", 100);

  /** A copy on which so few blows land that this many are needed proves nothing. */
  private static final int MOST_COPIES = 12;

  private final long seed = Long.getLong("kill.seed", System.nanoTime());

  @Test
  void workers_that_are_killed_a_hundred_times_lose_no_row_and_double_none(@TempDir Path directory)
      throws Exception {
    SandboxOptions options = SandboxOptions.throwaway();
    Random random = new Random(seed);
    Map<CopyDeed, Integer> landed = new EnumMap<>(CopyDeed.class);
    int copies = 0;
    int copying = 0;
    int chunks = 0;
    int redone = 0;
    int straight = 0;
    try (SupabaseSource source = SupabaseSource.start(options);
        SelfHostedTarget target = SelfHostedTarget.start(options);
        Connection owner = source.connect(SupabaseSource.OWNER)) {
      Depot.makeTables(owner);
      Depot.fill(owner);
      while (count(landed) < KILLS || copies < 2 || landed.size() < CopyDeed.values().length) {
        assertThat(copies).as("copies, with blows that landed %s", landed).isLessThan(MOST_COPIES);
        boolean keepsArchive = copies++ % 2 == 0;
        String run = "run-" + copies + (keepsArchive ? "" : CopyDeed.STRAIGHT);
        int left = Math.max(KILLS - count(landed), CopyDeed.values().length);
        int most = copies == 1 ? left * 2 / 3 : left;
        try (KilledCopy copy = new KilledCopy(source, target, directory, run, most, random)) {
          copy.carryOut();
          copy.landed().forEach((deed, kills) -> landed.merge(deed, kills, Integer::sum));
          copying += copy.copying();
          chunks += copy.chunks();
          redone += copy.redone();
          straight += keepsArchive ? 0 : copy.landed().getOrDefault(CopyDeed.IMPORT, 0);
        } catch (AssertionError e) {
          throw new AssertionError("seed %d, %s".formatted(seed, run), e);
        }
      }
    }
    System.out.printf(
        "seed %d: killed %d times with work in hand, %s, %d times with rows of a COPY on the wire,"
            + " %d times between source and target; %d copies, %d chunks in all, %d of them begun"
            + " again%n",
        seed, count(landed), landed, copying, straight, copies, chunks, redone);
    assertThat(landed).containsOnlyKeys(CopyDeed.values());
    assertThat(straight).isPositive();
  }

  private static int count(Map<CopyDeed, Integer> landed) {
    return landed.values().stream().mapToInt(Integer::intValue).sum();
  }
}
