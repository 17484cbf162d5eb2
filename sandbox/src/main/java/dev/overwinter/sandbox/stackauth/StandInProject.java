package dev.overwinter.sandbox.stackauth;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How the one project of a {@link StackAuthStandIn} is configured.
 *
 * @param id project id that clients must send
 * @param secretServerKey key of the access type {@code server}
 * @param passwordSignIn whether passwords can be imported, used and reset
 * @param magicLink whether users may be created with one-time-code sign-in
 * @param emailVerificationRequired whether users with an unverified e-mail count as restricted
 * @param oauthProviders configured provider ids, such as {@code google}
 * @param trustedDomains origins that reset links may lead to, such as {@code https://app.example}
 */
public record StandInProject(
    String id,
    String secretServerKey,
    boolean passwordSignIn,
    boolean magicLink,
    boolean emailVerificationRequired,
    Set<String> oauthProviders,
    List<String> trustedDomains) {

  public StandInProject {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(secretServerKey, "secretServerKey");
    oauthProviders = Set.copyOf(oauthProviders);
    trustedDomains = List.copyOf(trustedDomains);
  }

  /** A project with passwords, magic links, Google and GitHub, and one trusted domain. */
  public static StandInProject standard() {
    return new StandInProject(
        "5f1f1a52-0a5c-4c39-9a5e-5d3a7c1b9e10",
        "ssk_sandbox_only",
        true,
        true,
        false,
        Set.of("google", "github"),
        List.of("https://app.example.com"));
  }

  public StandInProject withPasswordSignIn(boolean enabled) {
    return new StandInProject(
        id,
        secretServerKey,
        enabled,
        magicLink,
        emailVerificationRequired,
        oauthProviders,
        trustedDomains);
  }

  public StandInProject withEmailVerificationRequired(boolean required) {
    return new StandInProject(
        id, secretServerKey, passwordSignIn, magicLink, required, oauthProviders, trustedDomains);
  }

  public StandInProject withOauthProviders(Set<String> providers) {
    return new StandInProject(
        id,
        secretServerKey,
        passwordSignIn,
        magicLink,
        emailVerificationRequired,
        providers,
        trustedDomains);
  }

  public StandInProject withTrustedDomains(List<String> domains) {
    return new StandInProject(
        id,
        secretServerKey,
        passwordSignIn,
        magicLink,
        emailVerificationRequired,
        oauthProviders,
        domains);
  }
}
