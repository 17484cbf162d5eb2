package dev.overwinter.sandbox.shortage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.sandbox.real.OnRealTemporal;
import dev.overwinter.sandbox.real.RealTemporal;
import dev.overwinter.sandbox.shortage.ShortNight.Work;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.Step;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the archive directory is full. */
@OnRealTemporal
@OnSmallDisks
@Timeout(600)
class FullArchiveTest {
  @TempDir private Path directory;

  @Test
  void each_step_that_writes_there_parks_until_there_is_room() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("archive"), 64);
        Night night = Night.prepare(directory, new RealTemporal())) {
      ShortNight shortNight = new ShortNight(night);
      shortNight.begin();
      shortNight.awaitMiddleOf(Work.EXPORTED);
      disk.fill();
      assertThat(shortNight.parkedIn(Step.EXPORT))
          .contains("ArchiveUnavailable", "no space is left", "archive.directory");
      assertThat(shortNight.isInTheMiddleOf(Work.EXPORTED)).isTrue();

      disk.makeRoom();
      shortNight.pause();
      shortNight.retry();
      assertThat(night.await(RunState.PAUSED).step()).isEqualTo(Step.CREATE_USERS);
      disk.fill();
      shortNight.resume();
      assertThat(shortNight.parkedIn(Step.CREATE_USERS))
          .contains("ArchiveUnavailable", "no space is left");
      assertThat(night.stage.stackAuth().users()).isNotEmpty();

      disk.makeRoom();
      shortNight.retry();
      night.approve();
      shortNight.endsWell();
    }
  }
}
