package dev.overwinter.sandbox.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the operator of the sandbox application asks for. */
public final class SandboxRequest {
  /** The sample has users of every kind, so every rule that stops by default must be settled. */
  private static final String REQUEST =
      """
      {
        "expect": {"sourceDatabase": "postgres", "targetDatabase": "coldchain"},
        "schemas": ["public"],
        "users": {
          "classes": {
            "invisible": "carry",
            "sso": "carry",
            "duplicateEmail": "carryWithoutPassword",
            "refusedEmail": "carry"
          }
        },
        "references": {"unknownUsers": "keep"},
        "copy": {"chunkBytes": 4194304}
      }
      """;

  private SandboxRequest() {}

  /** A new copy, to be changed at will. */
  public static ObjectNode create() {
    try {
      return (ObjectNode) new ObjectMapper().readTree(REQUEST);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
