package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a handler answers: either {@code json} or {@code text}; {@code knownError} is the error code
 * header, null when there is none.
 */
record Reply(int status, JsonNode json, String text, String knownError) {
  static Reply json(int status, JsonNode body) {
    return new Reply(status, body, null, null);
  }
}
