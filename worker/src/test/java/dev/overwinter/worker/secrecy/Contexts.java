package dev.overwinter.worker.secrecy;

import io.temporal.payload.context.ActivitySerializationContext;
import io.temporal.payload.context.SerializationContext;
import io.temporal.payload.context.WorkflowSerializationContext;

/** What Temporal tells a conversion of where a payload belongs. */
final class Contexts {
  private Contexts() {}

  static SerializationContext workflow() {
    return new WorkflowSerializationContext("default", "night");
  }

  static SerializationContext activity() {
    return new ActivitySerializationContext(
        "default", "night", "FreezeBackfill", "Verify", "overwinter", false);
  }
}
