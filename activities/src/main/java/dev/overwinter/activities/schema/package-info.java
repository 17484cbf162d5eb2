/** Creating what the target lacks of the source's tables and of what belongs to them. */
package dev.overwinter.activities.schema;
