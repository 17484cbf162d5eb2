package dev.overwinter.activities.schema;

/**
 * An object as the catalog of one database knows it.
 *
 * @param catalog oid of the catalog that has it, 0 for something that is no object of its own
 * @param object its oid there
 */
record ObjectKey(long catalog, long object) {}
