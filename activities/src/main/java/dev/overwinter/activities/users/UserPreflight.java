package dev.overwinter.activities.users;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.users.SupabaseUser.Identity;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.request.UserTreatment;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Progress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Looks at every user and at the project in Stack Auth before anything is touched. Reads only. Used
 * by one thread.
 */
final class UserPreflight {
  private static final int EXAMPLES = 5;
  private static final String USERS = "auth.users";
  private static final String STACK_AUTH = "Stack Auth";

  private final UserRules rules;
  private final Map<UserClass, Long> classes = new EnumMap<>(UserClass.class);
  private final Map<UserClass, List<UUID>> examples = new EnumMap<>(UserClass.class);
  private final Map<PasswordHash, Long> foreignHashes = new EnumMap<>(PasswordHash.class);
  private final Map<String, Long> identitiesLeft = new TreeMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private long banned;
  private long withPhone;
  private long portable;
  private long passwordsWithoutEmail;

  private UserPreflight(UserRules rules) {
    this.rules = rules;
  }

  static UserPreflightReport run(
      Database source,
      StackAuthClient client,
      StackAuthPace pace,
      UserRules rules,
      StepContext context) {
    return new UserPreflight(rules).run(new SupabaseUserReader(source), client, pace, context);
  }

  /** Ids of the users who get no account by rule. */
  static Set<UUID> skipped(Database source, UserRules rules, StepContext context) {
    SupabaseUserReader reader = new SupabaseUserReader(source);
    Set<UUID> skipped = new HashSet<>();
    List<SupabaseUser> page = reader.page(null);
    while (!page.isEmpty()) {
      for (SupabaseUser user : page) {
        if (rules.treatments().get(UserClassifier.classify(user)) == UserTreatment.SKIP) {
          skipped.add(user.id());
        }
      }
      context.progress(new Progress(skipped.size(), 0, "users", "looking for skipped users"));
      page = reader.page(page.get(page.size() - 1).id());
    }
    return skipped;
  }

  private UserPreflightReport run(
      SupabaseUserReader reader, StackAuthClient client, StackAuthPace pace, StepContext context) {
    StackAuthDoor.Opened door = StackAuthDoor.knock(client, pace);
    if (door.obstacle() != null) {
      findings.add(door.obstacle());
    }
    if (door.hasAccounts()) {
      findings.add(
          Finding.note(
              STACK_AUTH,
              "The project already has accounts. They are not touched; users with the same e-mail"
                  + " are treated by the rule users.existingAccounts."));
    }
    census(reader, door.project(), context);
    report(door.project());
    return new UserPreflightReport(classes, findings);
  }

  private void census(SupabaseUserReader reader, StackAuthProject project, StepContext context) {
    StackAuthUserMapper mapper = project == null ? null : new StackAuthUserMapper("", project);
    long total = reader.count();
    long done = 0;
    UUID after = null;
    List<SupabaseUser> page = reader.page(after);
    while (!page.isEmpty()) {
      page.forEach(user -> count(user, mapper));
      done += page.size();
      context.progress(new Progress(done, total, "users", "looking at users"));
      after = page.get(page.size() - 1).id();
      page = reader.page(after);
    }
  }

  private void count(SupabaseUser user, StackAuthUserMapper mapper) {
    UserClass userClass = UserClassifier.classify(user);
    classes.merge(userClass, 1L, Long::sum);
    List<UUID> ids = examples.computeIfAbsent(userClass, key -> new ArrayList<>());
    if (ids.size() < EXAMPLES) {
      ids.add(user.id());
    }
    UserTreatment treatment = rules.treatments().get(userClass);
    if (treatment == UserTreatment.SKIP || treatment == UserTreatment.STOP) {
      return;
    }
    banned += user.profile().bannedUntil() == null ? 0 : 1;
    withPhone += user.login().phone() == null ? 0 : 1;
    PasswordHash hash = PasswordHash.of(user.login().passwordHash());
    if (hash != PasswordHash.NONE && hash != PasswordHash.PORTABLE) {
      foreignHashes.merge(hash, 1L, Long::sum);
    }
    if (mapper == null) {
      return;
    }
    if (mapper.map(user, treatment).body().has("password_hash")) {
      portable++;
    } else if (hash == PasswordHash.PORTABLE && treatment == UserTreatment.CARRY) {
      passwordsWithoutEmail++;
    }
    Collection<Identity> carried = mapper.carried(user);
    for (Identity identity : user.identities()) {
      boolean own = identity.provider().equals("email") || identity.provider().equals("phone");
      if (!own && !carried.contains(identity)) {
        // The name of an SSO provider holds its id; one entry for all is enough.
        String provider = identity.provider().startsWith("sso:") ? "sso" : identity.provider();
        identitiesLeft.merge(provider, 1L, Long::sum);
      }
    }
  }

  private void report(StackAuthProject project) {
    classes.forEach(this::reportClass);
    if (project != null && !project.passwordSignIn() && portable > 0) {
      findings.add(
          Finding.blocker(
              STACK_AUTH,
              "Sign-in with passwords is off, so that %d passwords cannot be carried."
                  .formatted(portable),
              "Turn it on in the project, or set users.classes.portableHash to"
                  + " carryWithoutPassword."));
    }
    if (!foreignHashes.isEmpty()) {
      reportForeignHashes();
    }
    identitiesLeft.forEach(
        (provider, identities) ->
            findings.add(
                Finding.warning(
                    "auth.identities",
                    "%d sign-ins with %s are not carried.".formatted(identities, provider),
                    StackAuthUserMapper.PROVIDERS_WITH_OTHER_IDS.contains(provider)
                        ? "Supabase knows these people by another id than Stack Auth; with a verified"
                            + " e-mail Stack Auth links them at their next sign-in."
                        : "Configure the provider in the Stack Auth project to carry them; of several"
                            + " accounts at one provider only the oldest can be.")));
    if (passwordsWithoutEmail > 0) {
      findings.add(
          Finding.warning(
              USERS,
              "%d users have a password but no e-mail of their own to use it with; it stays behind."
                  .formatted(passwordsWithoutEmail),
              "Stack Auth signs in with e-mail and password; give them an e-mail in Supabase."));
    }
    if (withPhone > 0) {
      findings.add(
          Finding.note(
              USERS,
              "%d users have a phone number. Stack Auth has no sign-in by phone; the numbers are kept in server_metadata."
                  .formatted(withPhone)));
    }
    if (banned > 0) {
      findings.add(
          Finding.note(
              USERS, "%d users are banned; they are carried as restricted.".formatted(banned)));
    }
    long carried =
        classes.entrySet().stream()
            .filter(
                entry ->
                    rules.treatments().get(entry.getKey()) == UserTreatment.CARRY
                        || rules.treatments().get(entry.getKey())
                            == UserTreatment.CARRY_WITHOUT_PASSWORD)
            .mapToLong(Map.Entry::getValue)
            .sum();
    findings.add(
        Finding.note(
            STACK_AUTH,
            "%d accounts will be made, each with one user.created webhook. Mute receivers that greet new users."
                .formatted(carried)));
  }

  private void reportForeignHashes() {
    long users = foreignHashes.values().stream().mapToLong(Long::longValue).sum();
    String kinds =
        foreignHashes.entrySet().stream()
            .map(kind -> kind.getKey().name().toLowerCase(Locale.ROOT) + " " + kind.getValue())
            .collect(Collectors.joining(", "));
    findings.add(
        Finding.warning(
            USERS,
            "%d users have a password hash that Stack Auth does not take: %s."
                .formatted(users, kinds),
            "They must set a new password; tell them."));
  }

  private void reportClass(UserClass userClass, long users) {
    String ids = "%s%s".formatted(examples.get(userClass), users > EXAMPLES ? " and more" : "");
    String rule = "users.classes." + userClass.jsonName();
    switch (rules.treatments().get(userClass)) {
      case STOP ->
          findings.add(
              Finding.blocker(
                  USERS,
                  "%d users are of the class %s: %s.".formatted(users, userClass.jsonName(), ids),
                  "Say what becomes of them with " + rule + ", or change them in Supabase."));
      case SKIP ->
          findings.add(
              Finding.warning(
                  USERS,
                  "%d users of the class %s get no account: %s."
                      .formatted(users, userClass.jsonName(), ids),
                  "Set " + rule + " to carry them all the same."));
      case CARRY, CARRY_WITHOUT_PASSWORD ->
          findings.add(
              Finding.note(
                  USERS,
                  "%d users of the class %s: %s."
                      .formatted(
                          users,
                          userClass.jsonName(),
                          rules.treatments().get(userClass).jsonName())));
    }
  }
}
