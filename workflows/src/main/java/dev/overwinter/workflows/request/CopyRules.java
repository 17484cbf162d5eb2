package dev.overwinter.workflows.request;

/**
 * How rows are moved.
 *
 * @param lanes how many chunks are exported or imported at one time, over all worker processes, 1
 *     to 32; each lane holds one connection to the source while it exports and one to the target
 * @param chunkBytes about how many bytes of a table one chunk covers
 */
public record CopyRules(int lanes, long chunkBytes) {}
