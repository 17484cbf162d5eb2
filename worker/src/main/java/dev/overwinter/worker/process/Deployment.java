package dev.overwinter.worker.process;

import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.settings.TemporalSettings;
import dev.overwinter.worker.settings.Versioning;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.common.VersioningBehavior;
import io.temporal.common.WorkerDeploymentVersion;
import io.temporal.worker.WorkerDeploymentOptions;
import io.temporal.worker.WorkerOptions;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version of the program a worker is, as far as Temporal has to know: with it, runs are
 * pinned to the version that they began with.
 */
public final class Deployment {
  /** The name that operators type. */
  public static final String NAME = "overwinter";

  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final String SET_CURRENT =
      "temporal worker deployment set-current-version --deployment-name " + NAME;

  /** Null for a worker without a version. */
  private final String buildId;

  private Deployment(String buildId) {
    this.buildId = buildId;
  }

  /** A worker without a version. */
  public static Deployment unversioned() {
    return new Deployment(null);
  }

  /**
   * As the settings say.
   *
   * @param version the program's own version, for when the settings name no build id
   * @throws SettingsException when neither tells a version
   */
  public static Deployment of(TemporalSettings settings, String version) {
    if (settings.versioning() == Versioning.NONE) {
      return unversioned();
    }
    String buildId = settings.buildId() == null ? version : settings.buildId();
    // Also what stands in for the version of a program that runs from its classes.
    if (!buildId.matches("[A-Za-z0-9._+-]{1,128}")) {
      throw new SettingsException(
          "temporal.versioning",
          List.of(
              "pinned needs a build id of letters, digits, dots and dashes, not \"%s\": set temporal.buildId or OVERWINTER_BUILD_ID"
                  .formatted(buildId)));
    }
    return new Deployment(buildId);
  }

  boolean isVersioned() {
    return buildId != null;
  }

  void configure(WorkerOptions.Builder options) {
    if (isVersioned()) {
      options.setDeploymentOptions(
          WorkerDeploymentOptions.newBuilder()
              .setUseVersioning(true)
              .setVersion(new WorkerDeploymentVersion(NAME, buildId))
              .setDefaultVersioningBehavior(VersioningBehavior.PINNED)
              .build());
    }
  }

  /**
   * Says, where new runs do not reach this worker, which command makes them.
   *
   * @throws TemporalUnavailableException when this worker has a version and the service cannot tell
   *     versions apart, so that it would wait for tasks for ever
   */
  void compare(TemporalConnection connection, String taskQueue) {
    String current;
    try {
      current = currentBuildId(connection, taskQueue);
    } catch (StatusRuntimeException e) {
      if (isVersioned() && e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        throw new TemporalUnavailableException(
            "Temporal at %s cannot tell versions of workers apart: unset OVERWINTER_VERSIONING (temporal.versioning), or use a Temporal server of version 1.28 or newer"
                .formatted(connection.address()));
      }
      LOG.info("which version is current could not be looked at ({})", e.getStatus().getCode());
      return;
    }
    tell(current);
  }

  private void tell(String current) {
    String isCurrent =
        current.isEmpty()
            ? "No version of workers is current"
            : "Version %s of workers is current".formatted(current);
    if (isVersioned() && !current.equals(buildId)) {
      LOG.warn(
          "{}; this worker is version {} and gets only runs that began on it. To send it new runs: {} --build-id {}",
          isCurrent,
          buildId,
          SET_CURRENT,
          buildId);
    } else if (isVersioned()) {
      LOG.info("this worker is version {}, which is current", buildId);
    } else if (!current.isEmpty()) {
      LOG.warn(
          "{}; this worker has no version and gets only runs that began without one. Start it with OVERWINTER_VERSIONING=pinned, or, to send it new runs: {} --unversioned",
          isCurrent,
          SET_CURRENT);
    }
  }

  /** The current version on a task queue; empty for none. */
  private static String currentBuildId(TemporalConnection connection, String taskQueue) {
    return connection
        .client()
        .getWorkflowServiceStubs()
        .blockingStub()
        .describeTaskQueue(
            DescribeTaskQueueRequest.newBuilder()
                .setNamespace(connection.client().getOptions().getNamespace())
                .setTaskQueue(TaskQueue.newBuilder().setName(taskQueue))
                .build())
        .getVersioningInfo()
        .getCurrentDeploymentVersion()
        .getBuildId();
  }
}
