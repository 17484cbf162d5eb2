package dev.overwinter.activities.preflight;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Whether the request says what becomes of everybody, and the new home of accounts is ready. */
final class PeopleChecks {
  private final UserCensus userCensus;
  private final ReferenceCensus referenceCensus;
  private final StepInput input;
  private final StepContext context;
  private final Map<UserClass, Long> users = new EnumMap<>(UserClass.class);
  private int referenceColumns;

  PeopleChecks(
      UserCensus userCensus,
      ReferenceCensus referenceCensus,
      StepInput input,
      StepContext context) {
    this.userCensus = userCensus;
    this.referenceCensus = referenceCensus;
    this.input = input;
    this.context = context;
  }

  List<Check> all() {
    return List.of(
        new Check("users and Stack Auth", Needs.PEOPLE, look -> users()),
        new Check("columns that hold user ids", Needs.PEOPLE, look -> references()));
  }

  /** Users by class, once their check has run. */
  Map<UserClass, Long> byClass() {
    return users;
  }

  /** Columns that hold user ids, once their check has run. */
  int referenceColumns() {
    return referenceColumns;
  }

  private List<Finding> users() {
    UserCensus.Users found = userCensus.look(input, context);
    users.putAll(found.byClass());
    return found.findings();
  }

  private List<Finding> references() {
    ReferenceCensus.References references = referenceCensus.look(input, context);
    referenceColumns = references.columns();
    return references.findings();
  }
}
