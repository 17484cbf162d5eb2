/** The write guards of both databases: raise, prove, hold, lift. */
package dev.overwinter.activities.freeze;
