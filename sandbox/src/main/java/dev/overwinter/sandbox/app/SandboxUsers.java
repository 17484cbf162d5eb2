package dev.overwinter.sandbox.app;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The users a seed makes, known without asking a database. Immutable. */
public final class SandboxUsers {
  // A bcrypt salt and digest of the right form; at this cost nobody waits for a real one.
  private static final String COSTLY_HASH =
      "$2a$17$abcdefghijklmnopqrstuuGYw0Jc0Eo3cXyTbGkzZkWmQnq1ZrV5S";

  private final List<SandboxUser> users;

  private SandboxUsers(List<SandboxUser> users) {
    this.users = users;
  }

  /**
   * The users of a seed.
   *
   * @param count how many
   * @param seed which ones
   */
  public static SandboxUsers of(int count, long seed) {
    var passwords = new KnownPasswords();
    List<SandboxUser> users = new ArrayList<>(count);
    for (int number = 0; number < count; number++) {
      users.add(user(number, seed, passwords));
    }
    return new SandboxUsers(List.copyOf(users));
  }

  /** All users, by number. */
  public List<SandboxUser> all() {
    return users;
  }

  /** The users of one kind, by number. */
  public List<SandboxUser> ofKind(UserKind kind) {
    return users.stream().filter(user -> user.kind() == kind).toList();
  }

  /** How many users there are of each kind. */
  public Map<UserKind, Long> countByKind() {
    Map<UserKind, Long> counts = new EnumMap<>(UserKind.class);
    users.forEach(user -> counts.merge(user.kind(), 1L, Long::sum));
    return counts;
  }

  private static SandboxUser user(int number, long seed, KnownPasswords passwords) {
    UUID id = Digests.id(seed, "user", number);
    UserKind kind = UserKind.ofNumber(number);
    String password = kind.hasKnownPassword() ? passwords.of(number) : null;
    return new SandboxUser(
        number,
        id,
        kind,
        email(number, id, kind),
        phone(number, id, kind),
        password,
        password == null ? unusualPassword(kind) : passwords.hashFor(kind, number),
        providers(kind, seed));
  }

  private static String email(int number, UUID id, UserKind kind) {
    return switch (kind) {
      case PHONE_ONLY, PHONE_WITHOUT_PASSWORD, ANONYMOUS -> null;
      // The first of its round is a PASSWORD user.
      case SSO -> address(number - number % UserKind.rotaLength());
      case SOFT_DELETED -> Digests.obfuscated(id, address(number));
      case MIXED_CASE_EMAIL -> "Maria.Lopez+" + number + "@Example.ORG";
      case NON_ASCII_EMAIL -> "jürgen.müller" + number + "@example.org";
      default -> address(number);
    };
  }

  private static String address(int number) {
    return "user" + number + "@example.com";
  }

  private static String phone(int number, UUID id, UserKind kind) {
    String digits = "4915" + (100_000_000L + number);
    return switch (kind) {
      case PHONE_ONLY, PHONE_WITHOUT_PASSWORD, EMAIL_AND_PHONE -> digits;
      case SOFT_DELETED -> Digests.obfuscated(id, digits).substring(0, 15);
      default -> null;
    };
  }

  private static String unusualPassword(UserKind kind) {
    return switch (kind) {
      case GITHUB, ANONYMOUS -> "";
      case ARGON2 ->
          "$argon2id$v=19$m=65536,t=3,p=4$c2FuZGJveHNhbHRzYWx0$"
              + "XnC0f6sJ8Wb9b1mYyJpZ0oGc1c3hQ2rJm8m4d8mQd0k";
      case FIREBASE_SCRYPT ->
          "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN"
              + "0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$"
              + "ZGlnZXN0IG9mIGEgcGFzc3dvcmQgbm9ib2R5IGtub3dz";
      case ENCRYPTED_HASH ->
          "{\"key_id\":\"2026-01\",\"alg\":\"aes-gcm-hkdf\",\"data\":\"bm90IGEgcmVhbCBoYXNo\","
              + "\"nonce\":\"c2FuZGJveG5vbmNl\"}";
      case BCRYPT_TOO_COSTLY -> COSTLY_HASH;
      case UNKNOWN_HASH -> "md5$5f4dcc3b5aa765d61d8327deb882cf99";
      default -> null;
    };
  }

  private static List<String> providers(UserKind kind, long seed) {
    return switch (kind) {
      case ANONYMOUS, MADE_BY_HAND -> List.of();
      case GOOGLE -> List.of("google");
      case GITHUB -> List.of("github");
      case AZURE -> List.of("azure");
      case PASSWORD_AND_GOOGLE -> List.of("email", "google");
      case PHONE_ONLY, PHONE_WITHOUT_PASSWORD -> List.of("phone");
      case EMAIL_AND_PHONE -> List.of("email", "phone");
      case SSO -> List.of("sso:" + Digests.id(seed, "sso", 0));
      default -> List.of("email");
    };
  }
}
