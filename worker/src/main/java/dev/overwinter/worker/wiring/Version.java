package dev.overwinter.worker.wiring;

/** The program's version, as the jar's manifest tells. */
public final class Version {
  private Version() {}

  /** The version, or {@code (not packaged)} when run from classes. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
