package dev.overwinter.sandbox.app;

import dev.overwinter.sandbox.SqlScript;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The sandbox's refrigeration-monitoring application, as one who wrote it knows it. Tests hold what
 * the catalog or a migration finds out against these lists, which are therefore kept by hand.
 */
public final class SandboxApplication {
  /** The tables, by level of dependency: a table refers to tables of earlier levels or its own. */
  public static final List<List<String>> LEVELS =
      List.of(
          List.of("organizations"),
          List.of("subscriptions", "profiles", "sites", "ttn_connections"),
          List.of("user_roles", "escalation_contacts", "areas", "hubs", "alert_rules"),
          List.of("units", "devices"),
          List.of(
              "lora_sensors",
              "calibration_records",
              "sensor_readings",
              "manual_temperature_logs",
              "door_events"),
          List.of("alerts", "alert_rules_history"),
          List.of("corrective_actions", "notification_deliveries"),
          List.of("event_logs", "pairing_sessions"));

  /** The tables in an order in which each can be filled after the ones it refers to. */
  public static final List<String> TABLES = LEVELS.stream().flatMap(List::stream).toList();

  /** Every column that holds ids of users, whatever it is called and wherever it points. */
  public static final List<UserIdColumn> USER_ID_COLUMNS =
      List.of(
          UserIdColumn.uuid("organizations", "owner_id"),
          UserIdColumn.uuid("organizations", "created_by"),
          UserIdColumn.jsonb("organizations", "settings"),
          UserIdColumn.uuid("subscriptions", "billing_contact_id"),
          UserIdColumn.uuid("profiles", "id"),
          UserIdColumn.uuid("profiles", "invited_by"),
          UserIdColumn.uuid("sites", "created_by"),
          UserIdColumn.uuid("ttn_connections", "configured_by"),
          UserIdColumn.uuid("user_roles", "user_id"),
          UserIdColumn.uuid("user_roles", "granted_by"),
          UserIdColumn.uuid("escalation_contacts", "profile_id"),
          UserIdColumn.uuid("escalation_contacts", "created_by"),
          UserIdColumn.uuid("areas", "supervisor_id"),
          UserIdColumn.uuid("hubs", "installed_by"),
          UserIdColumn.uuid("alert_rules", "created_by"),
          UserIdColumn.uuidArray("alert_rules", "watcher_ids"),
          UserIdColumn.jsonb("alert_rules", "conditions"),
          UserIdColumn.uuid("units", "responsible_id"),
          UserIdColumn.uuid("units", "created_by"),
          UserIdColumn.uuidArray("units", "notify_user_ids"),
          UserIdColumn.uuid("devices", "registered_by"),
          UserIdColumn.jsonb("devices", "metadata"),
          UserIdColumn.text("lora_sensors", "provisioned_by"),
          UserIdColumn.uuid("calibration_records", "performed_by"),
          UserIdColumn.uuid("calibration_records", "approved_by"),
          UserIdColumn.uuid("sensor_readings", "entered_by"),
          UserIdColumn.uuid("manual_temperature_logs", "logged_by"),
          UserIdColumn.uuid("door_events", "acknowledged_by"),
          UserIdColumn.uuid("alerts", "acknowledged_by"),
          UserIdColumn.uuid("alerts", "assigned_to"),
          UserIdColumn.uuid("alerts", "resolved_by"),
          UserIdColumn.jsonb("alerts", "context"),
          UserIdColumn.text("alert_rules_history", "changed_by"),
          UserIdColumn.jsonb("alert_rules_history", "before"),
          UserIdColumn.jsonb("alert_rules_history", "after"),
          UserIdColumn.uuid("corrective_actions", "assigned_to"),
          UserIdColumn.uuid("corrective_actions", "performed_by"),
          UserIdColumn.uuid("corrective_actions", "verified_by"),
          UserIdColumn.uuidArray("corrective_actions", "participant_ids"),
          UserIdColumn.uuid("notification_deliveries", "recipient_id"),
          UserIdColumn.text("event_logs", "actor_id"),
          UserIdColumn.uuid("event_logs", "user_id"),
          UserIdColumn.jsonb("event_logs", "payload"),
          UserIdColumn.uuid("pairing_sessions", "started_by"),
          UserIdColumn.jsonb("pairing_sessions", "state"));

  private SandboxApplication() {}

  /** Makes the application's objects in an empty schema public, as on Supabase. */
  public static void installOnSupabase(Connection owner) throws SQLException {
    SqlScript.beside(SandboxApplication.class, "application.sql").runOn(owner);
    SqlScript.beside(SandboxApplication.class, "application-on-supabase.sql").runOn(owner);
  }

  /** Makes the application's objects in an empty schema public, as on its own server. */
  public static void installOnTarget(Connection owner) throws SQLException {
    SqlScript.beside(SandboxApplication.class, "application.sql").runOn(owner);
    SqlScript.beside(SandboxApplication.class, "application-on-target.sql").runOn(owner);
  }
}
