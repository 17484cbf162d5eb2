package dev.overwinter.activities.users;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordHashTest {
  private static final String REST = "abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ./012";

  @ParameterizedTest
  @CsvSource({
    "$2a$10$REST, PORTABLE",
    "$2b$10$REST, PORTABLE",
    "$2y$16$REST, PORTABLE",
    "$2a$17$REST, BCRYPT_TOO_COSTLY",
    "$2x$10$REST, OTHER",
    "$2a$03$REST, OTHER",
    "$2a$10$RESTx, OTHER",
    "$argon2id$v=19$m=65536$c2FsdA$aGFzaA, ARGON2",
    "$fbscrypt$v=1$salt$hash, FIREBASE_SCRYPT",
    "{\"key_id\":\"a\"}, ENCRYPTED",
    "plain, OTHER",
    "'', NONE",
    ", NONE"
  })
  void only_bcrypt_up_to_cost_16_is_portable(String hash, PasswordHash kind) {
    assertThat(PasswordHash.of(hash == null ? null : hash.replace("REST", REST))).isEqualTo(kind);
  }
}
