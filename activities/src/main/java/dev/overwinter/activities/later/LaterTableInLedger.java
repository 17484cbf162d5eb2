package dev.overwinter.activities.later;

import dev.overwinter.activities.postgres.QualifiedName;

/**
 * A table of a run, as the ledger has it.
 *
 * @param number its number in the chunk plan, or 0 before there is a plan
 * @param source its name in the source
 * @param target its name in the target
 * @param level tables of lower levels are loaded before
 * @param whole whether it is loaded by one statement
 * @param fires whether the application's triggers may fire
 */
record LaterTableInLedger(
    int number,
    QualifiedName source,
    QualifiedName target,
    int level,
    boolean whole,
    boolean fires) {}
