package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Some of the accounts.
 *
 * @param next what to pass for the next page, or null when this was the last one
 */
record StackAuthPage(List<StackAuthAccount> accounts, String next) {
  StackAuthPage {
    accounts = List.copyOf(accounts);
  }

  static StackAuthPage of(JsonNode json) {
    List<StackAuthAccount> accounts = new ArrayList<>();
    for (JsonNode item : json.path("items")) {
      accounts.add(StackAuthAccount.of(item));
    }
    JsonNode next = json.path("pagination").path("next_cursor");
    return new StackAuthPage(accounts, next.isTextual() ? next.asText() : null);
  }
}
