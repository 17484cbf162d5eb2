/**
 * People: from Supabase Auth to Stack Auth, each exactly once, and back out again.
 *
 * <p>Stack Auth gives every account an id of its own, knows no idempotency and cannot search for
 * what this program writes into an account. What makes repetition safe all the same:
 *
 * <ul>
 *   <li>The ledger says INTENDED before a request is sent, so a killed attempt knows for whom a
 *       request may have been sent.
 *   <li>The request itself writes the user's Supabase id and the run into {@code server_metadata},
 *       so an account made by a lost request can be recognised.
 *   <li>For a user who signs in with an e-mail the service itself refuses a second account; the
 *       look-up is by that e-mail.
 *   <li>For any other user nothing refuses a second account. Such a user is settled by reading all
 *       accounts, and only after every request that could still be under way has ended.
 *   <li>Two attempts exclude each other by a lock in the target. An attempt sends only while it has
 *       just seen that it holds the lock, and writes only through the session that holds it.
 * </ul>
 */
package dev.overwinter.activities.users;
