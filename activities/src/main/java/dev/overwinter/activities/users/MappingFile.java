package dev.overwinter.activities.users;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.users.UserLedger.Mapping;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.Progress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Writes {@code user-mapping.json}: who in Supabase is who in Stack Auth, for support. It holds
 * e-mails, so only its owner may read it. The file appears whole or not at all. Used by one thread.
 */
final class MappingFile {
  static final String NAME = "user-mapping.json";
  private static final String UNFINISHED = NAME + ".*.part";

  private final UserLedger ledger;
  private final SupabaseUserReader reader;
  private final StepContext context;

  private MappingFile(UserLedger ledger, SupabaseUserReader reader, StepContext context) {
    this.ledger = ledger;
    this.reader = reader;
    this.context = context;
  }

  /**
   * @param directory exists already
   * @param now stands in the file as the time of its making
   */
  static MappingFileSummary write(
      Database source,
      Database target,
      String runId,
      Path directory,
      Instant now,
      Duration retention,
      StepContext context) {
    try (StepLock lock = StepLock.acquire(target, "mapping file " + runId)) {
      UserLedger ledger = new UserLedger(lock, runId);
      return new MappingFile(ledger, new SupabaseUserReader(source), context)
          .write(directory, now, now.plus(retention));
    } catch (IOException e) {
      throw new StepException(
          FailureType.ARCHIVE_UNAVAILABLE,
          "%s cannot be written to %s (%s). Check that the directory exists, is writable and has space."
              .formatted(NAME, directory, e.getClass().getSimpleName()));
    }
  }

  private MappingFileSummary write(Path directory, Instant now, Instant retainUntil)
      throws IOException {
    removeUnfinished(directory);
    Path unfinished = directory.resolve(NAME + "." + UUID.randomUUID() + ".part");
    MessageDigest digest = sha256();
    long mappings;
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      OutputStream file =
          new DigestOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(channel)), digest);
      JsonGenerator json = new JsonFactory().createGenerator(file).useDefaultPrettyPrinter();
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      mappings = write(json, now, retainUntil);
      json.close();
      file.flush();
      channel.force(true);
    }
    Files.move(
        unfinished,
        directory.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
      entry.force(true);
    }
    return new MappingFileSummary(
        mappings, HexFormat.of().formatHex(digest.digest()), retainUntil.toString());
  }

  private long write(JsonGenerator json, Instant now, Instant retainUntil) throws IOException {
    json.writeStartObject();
    json.writeStringField("generatedAt", now.toString());
    json.writeStringField("retainUntil", retainUntil.toString());
    json.writeArrayFieldStart("mappings");
    long written = 0;
    UUID after = null;
    List<Mapping> page = ledger.mappings(after, SupabaseUserReader.PAGE);
    while (!page.isEmpty()) {
      Map<UUID, String> emails = emails(page);
      for (Mapping mapping : page) {
        json.writeStartObject();
        json.writeStringField("supabaseUserId", mapping.supabaseId().toString());
        json.writeStringField("stackAuthUserId", mapping.stackId().toString());
        json.writeStringField("email", emails.get(mapping.supabaseId()));
        json.writeStringField("migratedAt", mapping.migratedAt().toString());
        json.writeEndObject();
      }
      written += page.size();
      context.progress(new Progress(written, 0, "users", NAME));
      after = page.get(page.size() - 1).supabaseId();
      page = ledger.mappings(after, SupabaseUserReader.PAGE);
    }
    json.writeEndArray();
    json.writeEndObject();
    return written;
  }

  private Map<UUID, String> emails(List<Mapping> page) {
    Map<UUID, String> emails = new HashMap<>();
    reader
        .byIds(page.stream().map(Mapping::supabaseId).toList())
        .forEach(user -> emails.put(user.id(), user.login().email()));
    return emails;
  }

  /** What a killed attempt left holds e-mails as well. */
  private static void removeUnfinished(Path directory) throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, UNFINISHED)) {
      for (Path path : left) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
