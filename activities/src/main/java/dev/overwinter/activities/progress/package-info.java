/** How far the step at work is: pictures for people, taken from the ledger. */
package dev.overwinter.activities.progress;
