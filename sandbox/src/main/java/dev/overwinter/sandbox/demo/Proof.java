package dev.overwinter.sandbox.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.sandbox.traffic.LiveWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the live application has to say about a migration, seen from outside.
 *
 * @param accepted rows that the source took before the freeze
 * @param refused transactions that were refused
 * @param missing accepted rows that the target does not have
 */
public record Proof(int accepted, int refused, List<LiveWrite> missing) {
  public Proof {
    missing = List.copyOf(missing);
  }

  /** Looks for every accepted write on the target. */
  public static Proof of(Stage stage, LiveTraffic traffic) throws SQLException {
    Map<UUID, UUID> newIds = newIds(stage.stackAuth().users());
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      return new Proof(
          traffic.acceptedWrites().size(),
          traffic.refusedWrites().size(),
          traffic.missingFrom(target, id -> newIds.getOrDefault(id, id)));
    }
  }

  /** Whom each Supabase user became, as the accounts themselves tell. */
  public static Map<UUID, UUID> newIds(List<ObjectNode> accounts) {
    Map<UUID, UUID> newIds = new HashMap<>();
    for (ObjectNode account : accounts) {
      String supabaseId = account.at("/server_metadata/supabaseUserId").asText("");
      if (!supabaseId.isEmpty()) {
        newIds.put(UUID.fromString(supabaseId), UUID.fromString(account.get("id").asText()));
      }
    }
    return newIds;
  }
}
