package dev.overwinter.activities.users;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.users.SupabaseUser.Flags;
import dev.overwinter.activities.users.SupabaseUser.Identity;
import dev.overwinter.activities.users.SupabaseUser.Login;
import dev.overwinter.activities.users.SupabaseUser.Profile;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.request.UserTreatment;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackAuthUserMapperTest {
  private static final UUID ID = UUID.fromString("3f0c9a52-7c1b-4c39-9a5e-5d3a0a5c1f1a");
  private static final String HASH = "$2a$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ./012";
  private static final Flags PLAIN = new Flags(true, false, false, false, true);

  private final StackAuthUserMapper mapper =
      new StackAuthUserMapper("run-1", new StackAuthProject(true, Set.of("google", "azure")));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"user_name\":\"u\",\"username\":\"v\",\"display_name\":\"d\",\"full_name\":\"f\",\"name\":\"n\"} | n",
        "{\"user_name\":\"u\",\"username\":\"v\",\"display_name\":\"d\",\"full_name\":\"f\",\"name\":\" \"} | f",
        "{\"user_name\":\"u\",\"username\":\"v\",\"display_name\":\"d\",\"full_name\":7} | d",
        "{\"user_name\":\"u\",\"username\":\"v\"} | v",
        "{\"user_name\":\"u\"} | u",
        "{} | from google",
        "[\"odd\"] | from google"
      })
  void the_display_name_is_looked_for_in_a_fixed_order(String metadata, String name)
      throws IOException {
    SupabaseUser user =
        user(
            "a@example.com",
            metadata,
            PLAIN,
            List.of(new Identity("google", "1", json("{\"full_name\":\"from google\"}"))));
    assertThat(body(user).get("display_name").asText()).isEqualTo(name);
  }

  @Test
  void without_any_name_it_is_the_local_part_and_never_longer_than_the_service_takes()
      throws IOException {
    SupabaseUser nameless = user("ada.l@example.com", null, PLAIN, List.of());
    assertThat(body(nameless).get("display_name").asText()).isEqualTo("ada.l");
    String tooLong = "a".repeat(255) + "\uD83D\uDE00";
    SupabaseUser longName =
        user("a@example.com", "{\"name\":\"" + tooLong + "\"}", PLAIN, List.of());
    assertThat(body(longName).get("display_name").asText()).isEqualTo("a".repeat(255));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:alert(1)",
        "no url",
        "/relative.png",
        "data:image/png;base64,AA",
        "https://"
      })
  void only_web_addresses_become_the_picture(String picture) throws IOException {
    SupabaseUser user =
        user("a@example.com", "{\"avatar_url\":\"" + picture + "\"}", PLAIN, List.of());
    assertThat(body(user).has("profile_image_url")).isFalse();
    SupabaseUser second =
        user(
            "a@example.com",
            "{\"avatar_url\":\"%s\",\"picture\":\"http://img.example/p\"}".formatted(picture),
            PLAIN,
            List.of());
    assertThat(body(second).get("profile_image_url").asText()).isEqualTo("http://img.example/p");
  }

  @Test
  void a_password_goes_only_where_it_can_be_used() throws IOException {
    SupabaseUser owner = user("a@example.com", null, PLAIN, List.of());
    assertThat(body(owner).get("password_hash").asText()).isEqualTo(HASH);
    assertThat(mapper.map(owner, UserTreatment.CARRY).needsPassword()).isFalse();

    StackAuthUser without = mapper.map(owner, UserTreatment.CARRY_WITHOUT_PASSWORD);
    assertThat(without.body().has("password_hash")).isFalse();
    assertThat(without.needsPassword()).isTrue();

    SupabaseUser notOwner =
        user("a@example.com", null, new Flags(true, false, false, false, false), List.of());
    assertThat(body(notOwner).has("password_hash")).isFalse();
    assertThat(body(notOwner).get("primary_email_auth_enabled").asBoolean()).isFalse();
    SupabaseUser nobody = user(null, null, PLAIN, List.of());
    assertThat(body(nobody).has("password_hash")).isFalse();
    assertThat(body(nobody).has("primary_email")).isFalse();
    assertThat(mapper.map(nobody, UserTreatment.CARRY).guarded()).isFalse();
  }

  @Test
  void an_address_that_the_service_refuses_stays_on_the_server_side() throws IOException {
    SupabaseUser user = user("ä@example.com", null, PLAIN, List.of());
    assertThat(UserClassifier.classify(user)).isEqualTo(UserClass.REFUSED_EMAIL);
    assertThat(body(user).has("primary_email")).isFalse();
    assertThat(body(user).get("server_metadata").get("supabaseEmail").asText())
        .isEqualTo("ä@example.com");
  }

  @Test
  void numbers_in_metadata_keep_every_digit() throws IOException {
    String metadata = "{\"a\":12345678901234567890123.4500,\"b\":1E+400,\"c\":0.1}";
    SupabaseUser user = user("a@example.com", metadata, PLAIN, List.of());
    assertThat(body(user).get("client_metadata")).hasToString(metadata);
  }

  @Test
  void azure_is_not_linked_and_a_bad_provider_address_is_left_out() throws IOException {
    SupabaseUser user =
        user(
            "a@example.com",
            null,
            PLAIN,
            List.of(
                new Identity("azure", "1", json("{}")),
                new Identity("github", "2", json("{}")),
                new Identity("google", "3", json("{\"email\":\"not one\"}"))));
    assertThat(body(user).get("oauth_providers"))
        .hasToString("[{\"id\":\"google\",\"account_id\":\"3\",\"email\":null}]");
  }

  @Test
  void nothing_personal_shows_when_records_are_printed() throws IOException {
    SupabaseUser user =
        user(
            "a@example.com",
            "{\"name\":\"Ada\"}",
            PLAIN,
            List.of(new Identity("google", "1", json("{\"email\":\"a@example.com\"}"))));
    String printed =
        ""
            + user
            + user.login()
            + user.profile()
            + user.identities()
            + mapper.map(user, UserTreatment.CARRY);
    assertThat(printed).doesNotContain("Ada", "@", HASH);
  }

  private ObjectNode body(SupabaseUser user) {
    return mapper.map(user, UserTreatment.CARRY).body();
  }

  private static SupabaseUser user(
      String email, String metadata, Flags flags, List<Identity> identities) throws IOException {
    return new SupabaseUser(
        ID,
        new Login(email, false, HASH, null, false),
        new Profile(metadata == null ? null : json(metadata), null, null, null),
        flags,
        identities);
  }

  private static JsonNode json(String text) throws IOException {
    return Json.mapper().readTree(text);
  }
}
