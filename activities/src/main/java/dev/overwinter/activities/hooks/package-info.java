/** Signed HTTP calls that tell others of the freeze, as Standard Webhooks 1.0 wants them. */
package dev.overwinter.activities.hooks;
