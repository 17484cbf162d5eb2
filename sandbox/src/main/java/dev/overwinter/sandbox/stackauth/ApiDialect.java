package dev.overwinter.sandbox.stackauth;

/** The two generations of the Stack Auth API that are in use and differ in what a client sees. */
public enum ApiDialect {
  /**
   * Spring 2026: a taken e-mail is {@code USER_EMAIL_ALREADY_EXISTS}, a list has no upper limit and
   * its cursor names the first user of the next page.
   */
  SPRING_2026,

  /**
   * Summer 2026 and later: a taken e-mail is {@code
   * CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE}, a page holds at most 1000 users and the
   * cursor names the last user of the page before.
   */
  SUMMER_2026
}
