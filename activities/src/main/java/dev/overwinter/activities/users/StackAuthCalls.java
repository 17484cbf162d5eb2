package dev.overwinter.activities.users;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.users.StackAuthException.Kind;
import dev.overwinter.workflows.FailureType;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Requests to Stack Auth with patience: paced, sent again after a 429, and repeated after an
 * unknown outcome where repeating does no harm. Thread-safe.
 */
final class StackAuthCalls {
  private static final int MOST_TRIES = 6;
  private static final int MOST_SCANS = 5;

  private final StackAuthClient client;
  private final RequestPacer pacer;
  private final StackAuthPace pace;

  StackAuthCalls(StackAuthClient client, RequestPacer pacer, StackAuthPace pace) {
    this.client = client;
    this.pacer = pacer;
    this.pace = pace;
  }

  /**
   * Sends until it is not throttled.
   *
   * @throws StackAuthException of any kind but THROTTLED and MISCONFIGURED
   * @throws StepException when the whole step cannot go on
   */
  <T> T once(Supplier<T> request) {
    while (true) {
      try {
        pacer.acquire();
      } catch (InterruptedException e) {
        throw interrupted();
      }
      try {
        T answer = request.get();
        pacer.answered();
        return answer;
      } catch (StackAuthException e) {
        if (e.kind() == Kind.MISCONFIGURED) {
          throw refused(e);
        }
        if (e.kind() == Kind.THROTTLED) {
          pacer.throttled(e.retryAfter());
        } else {
          if (e.kind() != Kind.OUTCOME_UNKNOWN) {
            pacer.answered();
          }
          throw e;
        }
      } finally {
        pacer.release();
      }
    }
  }

  /**
   * For requests that may be sent any number of times.
   *
   * @throws StepException when there is no answer after several tries
   */
  <T> T repeatable(Supplier<T> request) {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(request);
      } catch (StackAuthException e) {
        if (e.kind() != Kind.OUTCOME_UNKNOWN) {
          throw refused(e);
        }
        if (attempt == MOST_TRIES) {
          throw new StepException(
              FailureType.IDENTITY_UNAVAILABLE, e.getMessage() + ". It will be tried again.");
        }
        sleep(
            Math.min(pace.longestBackOff().toMillis(), pace.firstBackOff().toMillis() << attempt));
      }
    }
  }

  /** The accounts whose primary e-mail is exactly this one, which must be in lower case. */
  List<StackAuthAccount> withEmail(String email) {
    List<StackAuthAccount> found = new ArrayList<>();
    visit(
        email,
        account -> {
          if (email.equals(account.email())) {
            found.add(account);
          }
        },
        found::clear);
    return found;
  }

  /** Visits every account, hidden ones included. An account may be visited more than once. */
  void scan(Consumer<StackAuthAccount> visitor) {
    visit(null, visitor, () -> {});
  }

  private void visit(String query, Consumer<StackAuthAccount> visitor, Runnable restart) {
    for (int scan = 1; scan <= MOST_SCANS; scan++) {
      restart.run();
      if (visitPages(query, visitor)) {
        return;
      }
    }
    throw new StepException(
        FailureType.IDENTITY_UNAVAILABLE,
        "The list of accounts in Stack Auth changes faster than it can be read: accounts are being"
            + " deleted. It will be tried again.");
  }

  /** False when the list broke off: an unknown cursor ends it silently. */
  private boolean visitPages(String query, Consumer<StackAuthAccount> visitor) {
    String cursor = null;
    do {
      String from = cursor;
      StackAuthPage page = repeatable(() -> client.list(query, from));
      page.accounts().forEach(visitor);
      if (page.accounts().isEmpty() && from != null && gone(from)) {
        return false;
      }
      cursor = page.next();
    } while (cursor != null);
    return true;
  }

  private boolean gone(String cursor) {
    try {
      UUID account = UUID.fromString(cursor);
      return repeatable(() -> client.find(account)).isEmpty();
    } catch (IllegalArgumentException notAnAccount) {
      return false;
    }
  }

  private static StepException refused(StackAuthException e) {
    return new StepException(
        FailureType.IDENTITY_REFUSED,
        e.getMessage()
            + ". Check the address, project id and secret server key of the worker's settings and"
            + " the sign-in methods of the project, then retry the step.");
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  static StepException interrupted() {
    Thread.currentThread().interrupt();
    return new StepException(
        FailureType.IDENTITY_UNAVAILABLE, "The step was interrupted. It will be tried again.");
  }
}
