package dev.overwinter.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of what an operator writes freely. */
class RemarkTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ann|ann",
        "the checks of table public.units took too long|the checks of table public.units took too long",
        "jane.doe@customer.example cannot sign in|jane.doe@… cannot sign in",
        "used sb_secret_0123456789abcdefghijklmnop by mistake|used sb_secre… by mistake",
      })
  void e_mails_and_keys_are_cut_off_and_plain_words_stay(String written, String shown) {
    assertThat(Remark.of(written, 100)).isEqualTo(shown);
  }

  @Test
  void a_megabyte_becomes_a_line() {
    assertThat(Remark.of("word ".repeat(200_000), 300)).hasSizeLessThanOrEqualTo(301).endsWith("…");
  }
}
