package dev.overwinter.workflows;

import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.status.TableProgress;
import dev.overwinter.workflows.steps.Announcement;
import dev.overwinter.workflows.steps.AnnouncementSummary;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.HookActivities;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LiftReport;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.NamespaceActivities;
import dev.overwinter.workflows.steps.ObserveInput;
import dev.overwinter.workflows.steps.PreflightActivities;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.ProgressActivities;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.ReportActivities;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserActivities;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.UserUndoSummary;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerifyActivities;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every step, without effects: notes that it was called, and fails or blocks where the test wants
 * it to. What the steps really do is tested where they live; here it is the order that matters.
 */
final class ScriptedSteps
    implements PreflightActivities,
        FreezeActivities,
        CopyActivities,
        UserActivities,
        RemapActivities,
        VerifyActivities,
        ProgressActivities,
        NamespaceActivities,
        HookActivities,
        ReportActivities {
  static final String DIGEST = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

  private final AtomicBoolean lifted = new AtomicBoolean();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final Map<String, ConcurrentLinkedQueue<RuntimeException>> failures =
      new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> reached = new ConcurrentHashMap<>();
  private final CountDownLatch leaseLapses = new CountDownLatch(1);
  private volatile List<Finding> preflightFindings = List.of();
  private final AtomicInteger leases = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();
  private volatile boolean blind;
  private volatile List<Long> jobsPaused = List.of();
  private volatile Boolean searchAttributes = false;
  private volatile boolean leaseHeld = true;
  private volatile RunStatus reported;
  private final List<Told> told = new CopyOnWriteArrayList<>();

  /**
   * An attempt to tell the hooks.
   *
   * @param after which steps were called before
   */
  record Told(Announcement announcement, List<String> after) {}

  /** What was called, in order, the lease left out since it is held beside the others. */
  List<String> calls() {
    return new ArrayList<>(calls);
  }

  /**
   * @param registered whether the namespace has our search attributes, or null when that cannot be
   *     found out
   */
  void searchAttributesAre(Boolean registered) {
    searchAttributes = registered;
  }

  /** What the hooks were told, once for each attempt. */
  List<Told> told() {
    return List.copyOf(told);
  }

  /** How often somebody looked at the progress. */
  int looks() {
    return looks.get();
  }

  /** Lifting the freeze cannot resume these jobs. */
  void jobsStayPaused(Long... jobs) {
    jobsPaused = List.of(jobs);
  }

  /** Makes looking at the progress fail, always. */
  void nothingCanBeSeen() {
    blind = true;
  }

  /** Makes a call fail once, to be tried again after so long. */
  void failOnceFor(String call, Duration delay) {
    failures
        .computeIfAbsent(call, key -> new ConcurrentLinkedQueue<>())
        .add(
            ApplicationFailure.newBuilder()
                .setMessage("gone")
                .setType(FailureType.DATABASE_UNAVAILABLE.typeName())
                .setNextRetryDelay(delay)
                .build());
  }

  /** How often the lease was taken up. */
  int leases() {
    return leases.get();
  }

  RunStatus reported() {
    return reported;
  }

  void failOnce(String call, FailureType type, String message) {
    ApplicationFailure failure =
        type.isPermanent()
            ? ApplicationFailure.newNonRetryableFailure(message, type.typeName())
            : ApplicationFailure.newFailure(message, type.typeName());
    failures.computeIfAbsent(call, key -> new ConcurrentLinkedQueue<>()).add(failure);
  }

  /** Makes a call block until it is cancelled. */
  void block(String call) {
    reached.put(call, new CountDownLatch(1));
  }

  void awaitReached(String call) throws InterruptedException {
    reached.get(call).await();
  }

  /**
   * Time is skipped only while no activity is at work, so tests of deadlines do without the lease.
   */
  void leaseIsNotHeld() {
    leaseHeld = false;
  }

  void leaseLapses() {
    leaseLapses.countDown();
  }

  void preflightFinds(Finding finding) {
    preflightFindings = List.of(finding);
  }

  /** As if an attempt to raise the guard came after it was lifted. */
  void freezeComesLate() {
    lifted.set(false);
  }

  void called(String call) {
    calls.add(call);
    act(call);
  }

  private void act(String call) {
    ConcurrentLinkedQueue<RuntimeException> planned = failures.get(call);
    RuntimeException failure = planned == null ? null : planned.poll();
    if (failure != null) {
      throw failure;
    }
    CountDownLatch latch = reached.get(call);
    if (latch != null) {
      latch.countDown();
      blockUntilCancelled(new CountDownLatch(1));
    }
  }

  private static void blockUntilCancelled(CountDownLatch orUntil) {
    try {
      while (orUntil.getCount() > 0) {
        Activity.getExecutionContext().heartbeat("waiting");
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public PreflightReport preflight(StepInput input) {
    called("preflight");
    return new PreflightReport(
        preflightFindings, 23, 500_000, 1 << 20, Map.of(UserClass.PORTABLE_HASH, 500L), 40, 90);
  }

  @Override
  public void guardTarget(StepInput input) {
    called("guardTarget");
  }

  @Override
  public FreezeReport raiseFreeze(StepInput input) {
    called("raiseFreeze");
    return new FreezeReport("2026-01-01T00:00:00Z", 30, 12, 4, 3, 0);
  }

  @Override
  public boolean hasSearchAttributes() {
    if (searchAttributes == null) {
      throw ApplicationFailure.newFailure("the service does not answer", "Internal");
    }
    return searchAttributes;
  }

  @Override
  public AnnouncementSummary announce(Announcement announcement) {
    told.add(new Told(announcement, calls()));
    act(announcement.event().type());
    return new AnnouncementSummary(1);
  }

  @Override
  public StepProgress observe(ObserveInput input) {
    int look = looks.incrementAndGet();
    if (blind) {
      throw ApplicationFailure.newFailure("nothing to see", "DatabaseUnavailable");
    }
    return new StepProgress(
        input.step(),
        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(10L * look).toString(),
        1000L * look,
        500_000,
        "rows",
        100L * look,
        1_000,
        null,
        List.of(new TableProgress("public.units", look, 300, 1000L * look)),
        22);
  }

  @Override
  public FreezeReport proveFreeze(StepInput input) {
    called("proveFreeze");
    return new FreezeReport("2026-01-01T00:00:00Z", 30, 0, 4, 3, 0);
  }

  @Override
  public void holdLease(StepInput input) {
    leases.incrementAndGet();
    if (!leaseHeld) {
      return;
    }
    blockUntilCancelled(leaseLapses);
    throw ApplicationFailure.newNonRetryableFailure(
        "the lease ran out", FailureType.LEASE_LAPSED.typeName());
  }

  @Override
  public void makeFreezePermanent(StepInput input) {
    called("makeFreezePermanent");
  }

  @Override
  public LiftReport liftFreeze(StepInput input) {
    called("liftFreeze");
    return new LiftReport(!lifted.getAndSet(true), 5, 0, jobsPaused);
  }

  @Override
  public void releaseTarget(StepInput input) {
    called("releaseTarget");
  }

  @Override
  public ChunkPlanSummary planChunks(StepInput input) {
    called("planChunks");
    return new ChunkPlanSummary(23, 30, 1 << 20, 500_000);
  }

  @Override
  public LaneSummary exportChunks(LaneInput input) {
    called("exportChunks");
    return new LaneSummary(7, 100, 1000);
  }

  @Override
  public ArchiveSummary completeArchive(StepInput input) {
    called("completeArchive");
    return new ArchiveSummary("ab".repeat(32), 30, 400, 4000);
  }

  @Override
  public PutAsideSummary putAside(StepInput input) {
    called("putAside");
    return new PutAsideSummary(3, 4, 5, 0, 0);
  }

  @Override
  public LaneSummary importChunks(LaneInput input) {
    called("importChunks");
    return new LaneSummary(7, 100, 1000);
  }

  @Override
  public PutAsideSummary completeLoad(StepInput input) {
    called("completeLoad");
    return new PutAsideSummary(3, 4, 5, 6, 400);
  }

  @Override
  public CleanUpSummary emptyTarget(StepInput input) {
    called("emptyTarget");
    return new CleanUpSummary(23, 12, List.of());
  }

  @Override
  public void removeArchive(StepInput input) {
    called("removeArchive");
  }

  @Override
  public UserSummary createUsers(StepInput input) {
    called("createUsers");
    return new UserSummary(500, 0, 3, 7, Map.of(UserClass.PORTABLE_HASH, 500L));
  }

  @Override
  public MappingFileSummary writeMapping(StepInput input) {
    called("writeMapping");
    return new MappingFileSummary(500, "cd".repeat(32), "2026-04-01");
  }

  @Override
  public UserUndoSummary undoUsers(StepInput input) {
    called("undoUsers");
    return new UserUndoSummary(500, 0);
  }

  @Override
  public RemapSummary planRemap(StepInput input) {
    called("planRemap");
    return new RemapSummary(40, 9000, 2);
  }

  @Override
  public VerificationSummary verify(StepInput input) {
    called("verify");
    return new VerificationSummary(
        VerificationSummary.Verdict.PASSED, DIGEST, 23, 500_000, 69, List.of());
  }

  @Override
  public void writeReport(StepInput input, RunStatus status) {
    called("writeReport");
    reported = status;
  }
}
