package dev.overwinter.workflows.steps;

/**
 * Who was told.
 *
 * @param hooks how many hooks took the event; 0 when none is configured
 */
public record AnnouncementSummary(int hooks) {}
