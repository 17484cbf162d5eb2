package dev.overwinter.activities.users;

import java.util.regex.Pattern;

/** Which e-mail addresses Stack Auth takes: plain ASCII, without quoting. */
final class EmailAddress {
  private static final Pattern ACCEPTED =
      Pattern.compile(
          "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
              + "(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

  private EmailAddress() {}

  static boolean accepted(String address) {
    return ACCEPTED.matcher(address).matches();
  }
}
