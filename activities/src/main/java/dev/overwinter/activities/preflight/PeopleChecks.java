package dev.overwinter.activities.preflight;

import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.request.UserTreatment;
import dev.overwinter.workflows.steps.Finding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Whether the request says what becomes of everybody, and the new home of accounts is ready. */
final class PeopleChecks {
  private final UserCensus userCensus;
  private final ReferenceCensus referenceCensus;
  private final IdentityCheck identityCheck;
  private final Map<UserClass, Long> users = new EnumMap<>(UserClass.class);
  private int referenceColumns;

  PeopleChecks(
      UserCensus userCensus, ReferenceCensus referenceCensus, IdentityCheck identityCheck) {
    this.userCensus = userCensus;
    this.referenceCensus = referenceCensus;
    this.identityCheck = identityCheck;
  }

  List<Check> all() {
    return List.of(
        new Check("the users of Supabase Auth", Needs.SOURCE, this::users),
        new Check("columns that hold user ids", Needs.SOURCE, this::references),
        new Check("Stack Auth", Needs.NOTHING, look -> identityCheck.check()));
  }

  /** Users by class, once their check has run. */
  Map<UserClass, Long> users() {
    return users;
  }

  /** Columns that hold user ids, once their check has run. */
  int referenceColumns() {
    return referenceColumns;
  }

  private List<Finding> users(Look look) {
    userCensus
        .count()
        .forEach(
            (userClass, count) -> {
              if (count > 0) {
                users.put(userClass, count);
              }
            });
    List<Finding> findings = new ArrayList<>();
    users.forEach(
        (userClass, count) -> {
          UserTreatment treatment = look.request().users().treatments().get(userClass);
          String rule = "users.treatments." + userClass.jsonName();
          if (treatment == UserTreatment.STOP) {
            findings.add(
                Finding.blocker(
                    "auth.users",
                    "%d users are of the class %s, for which the run stops."
                        .formatted(count, userClass.jsonName()),
                    "Set %s in the request to one of %s, or change these users in the source."
                        .formatted(rule, otherTreatments())));
          } else if (treatment == UserTreatment.SKIP) {
            findings.add(
                Finding.warning(
                    "auth.users",
                    "%d users of the class %s get no account."
                        .formatted(count, userClass.jsonName()),
                    "That is what %s says; change it if they are to be carried.".formatted(rule)));
          }
        });
    return findings;
  }

  private static String otherTreatments() {
    return Arrays.stream(UserTreatment.values())
        .filter(it -> it != UserTreatment.STOP)
        .map(UserTreatment::jsonName)
        .collect(Collectors.joining(", "));
  }

  private List<Finding> references(Look look) {
    ReferenceCensus.References references = referenceCensus.look();
    referenceColumns = references.columns();
    return references.findings();
  }
}
