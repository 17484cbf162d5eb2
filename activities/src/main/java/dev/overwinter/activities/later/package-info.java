/** Carries tables that a run has left for later into its target, which is live. */
package dev.overwinter.activities.later;
