package dev.overwinter.workflows.request;

/**
 * How rows are moved.
 *
 * @param lanes how many chunks are exported or imported at one time, over all worker processes, 1
 *     to 32; each lane holds one connection to the source while it exports and one to the target
 * @param chunkBytes about how many bytes of a table one chunk covers
 * @param archive whether the exported rows are kept as files that people can read; without them
 *     only what is to be loaded lies on the worker's disk, until it is; never null
 * @param compression how the archive's files are written; never null
 */
public record CopyRules(int lanes, long chunkBytes, Boolean archive, Compression compression) {
  public CopyRules {
    // A run that was started before there was a choice.
    archive = archive == null || archive;
    compression = compression == null ? Compression.NONE : compression;
  }

  /** With an archive whose files are not compressed. */
  public CopyRules(int lanes, long chunkBytes) {
    this(lanes, chunkBytes, true, Compression.NONE);
  }
}
