package dev.overwinter.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The contender's side of what a harness and a contender say to each other, for one in Java. */
final class Stage {
  private final double cpuBefore;

  private Stage(double cpuBefore) {
    this.cpuBefore = cpuBefore;
  }

  /** Says that everything is prepared, and waits for the beginning. */
  static Stage open() throws IOException {
    System.out.println("ready");
    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    return new Stage(cpuSeconds());
  }

  void phase(String name) {
    System.out.printf(Locale.ROOT, "phase %s %.3f%n", name, cpuSeconds() - cpuBefore);
  }

  /** Tells how much memory the process has held resident. */
  void memory() {
    System.out.println("resident " + Processes.peakResidentBytes());
  }

  private static double cpuSeconds() {
    return Processes.cpuSecondsOfTree(ProcessHandle.current().pid());
  }

  void done() {
    System.out.println("done");
  }
}
