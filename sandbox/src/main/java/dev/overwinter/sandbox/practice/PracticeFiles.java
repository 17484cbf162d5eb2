package dev.overwinter.sandbox.practice;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.sandbox.demo.SandboxRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What a person writes before a migration: settings, secrets, request. The request comes last, so
 * that whoever sees it finds everything ready.
 */
record PracticeFiles(Path settings, Path secrets, Path request) {
  static PracticeFiles in(Path directory) {
    return new PracticeFiles(
        directory.resolve("overwinter.yaml"),
        directory.resolve("secrets.env"),
        directory.resolve("request.json"));
  }

  /** Removes what an earlier sandbox left, which nobody must take for ready. */
  void delete() throws IOException {
    Files.deleteIfExists(request);
    Files.deleteIfExists(settings);
    Files.deleteIfExists(secrets);
  }

  /**
   * @param host under which a worker reaches the ground
   */
  void write(PracticeGround ground, String host) throws IOException {
    write(secrets, secretsOf(ground));
    write(settings, settingsOf(ground, host));
    write(request, requestText() + "\n");
  }

  private static String settingsOf(PracticeGround ground, String host) throws IOException {
    return """
    # Settings for the migration that "overwinter sandbox" has prepared; it wrote this file.
    # The passwords are beside it in secrets.env.
    source:
      url: %s
      user: %s
    target:
      url: %s
      user: %s
    stackAuth:
      url: %s
      projectId: %s
    # The same as in request.json; read by "overwinter plan" and "overwinter run".
    request:
    %s
    """
        .formatted(
            ground.source().url(host),
            ground.source().user(),
            ground.target().url(host),
            ground.target().user(),
            ground.stackAuth().baseUrl(host),
            ground.stackAuth().project().id(),
            requestText().indent(2).stripTrailing());
  }

  private static String secretsOf(PracticeGround ground) {
    return """
    export OVERWINTER_SOURCE_PASSWORD='%s'
    export OVERWINTER_TARGET_PASSWORD='%s'
    export OVERWINTER_STACK_SECRET_KEY='%s'
    """
        .formatted(
            ground.source().password(),
            ground.target().password(),
            ground.stackAuth().project().secretServerKey());
  }

  private static String requestText() throws IOException {
    return new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValueAsString(SandboxRequest.create());
  }

  private static void write(Path file, String text) throws IOException {
    // A name of its own until it is whole, and readable by its owner only from the beginning.
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path draft =
        Files.createTempFile(file.getParent(), file.getFileName().toString(), "", ownerOnly);
    Files.writeString(draft, text);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
