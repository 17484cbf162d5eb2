package dev.overwinter.worker.temporal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;

/** A certificate authority made for a test, and what it issues. */
final class Certificates {
  private final HeldCertificate authority =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("test authority").build();

  /** The authority's own certificate, in PEM. */
  String authority() {
    return authority.certificatePem();
  }

  /** A certificate for a host of this name. */
  HeldCertificate server(String name) {
    return issued(name).build();
  }

  /** A certificate for a host of this name that was valid once. */
  HeldCertificate expiredServer(String name) {
    long now = System.currentTimeMillis();
    long day = TimeUnit.DAYS.toMillis(1);
    return issued(name).validityInterval(now - 2 * day, now - day).build();
  }

  /** A certificate that shows who a client is. */
  HeldCertificate client() {
    return issued("a worker").build();
  }

  private HeldCertificate.Builder issued(String name) {
    HeldCertificate.Builder builder =
        new HeldCertificate.Builder().signedBy(authority).commonName(name);
    return name.contains(" ") ? builder : builder.addSubjectAlternativeName(name);
  }

  /** Writes a certificate as NAME.pem and its key as NAME.key. */
  static void write(Path directory, String name, HeldCertificate certificate) throws IOException {
    Files.writeString(directory.resolve(name + ".pem"), certificate.certificatePem());
    Files.writeString(directory.resolve(name + ".key"), certificate.privateKeyPkcs8Pem());
  }
}
