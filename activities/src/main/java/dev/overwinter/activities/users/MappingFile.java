package dev.overwinter.activities.users;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.Draft;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.users.UserLedger.Mapping;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.Progress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes {@code user-mapping.json}: who in Supabase is who in Stack Auth, for support. It holds
 * e-mails, so only its owner may read it. The file appears whole or not at all. Used by one thread.
 */
final class MappingFile {
  static final String NAME = "user-mapping.json";

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
    }
  }

  private MappingFileSummary write(Path directory, Instant now, Instant retainUntil) {
    // What a killed attempt left holds e-mails as well.
    Draft.removeLeftBehind(directory, NAME + ".");
    MessageDigest digest = Sha256.newDigest();
    try (Draft<Long> draft =
        Draft.write(directory.resolve(NAME), stream -> write(stream, digest, now, retainUntil))) {
      draft.publish();
      return new MappingFileSummary(
          draft.result(), HexFormat.of().formatHex(digest.digest()), retainUntil.toString());
    }
  }

  private long write(OutputStream stream, MessageDigest digest, Instant now, Instant retainUntil)
      throws IOException {
    OutputStream file = new DigestOutputStream(new BufferedOutputStream(stream), digest);
    JsonGenerator json = new JsonFactory().createGenerator(file).useDefaultPrettyPrinter();
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    long mappings = write(json, now, retainUntil);
    json.close();
    file.flush();
    return mappings;
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
}
