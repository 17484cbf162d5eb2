package dev.overwinter.activities.hooks;

import java.net.URI;
import java.util.List;

/**
 * Who is told of the freeze. Its text form shows hosts only, since the rest of an address may hold
 * a token.
 *
 * @param urls whom to tell; empty for nobody
 * @param secret what is signed with; null when nobody is told
 */
public record HookSettings(List<URI> urls, HookSecret secret) {
  public HookSettings {
    urls = List.copyOf(urls);
    if (urls.isEmpty() != (secret == null)) {
      throw new IllegalArgumentException("hooks and their secret go together");
    }
  }

  /** Nobody is told. */
  public static HookSettings none() {
    return new HookSettings(List.of(), null);
  }

  @Override
  public String toString() {
    return "HookSettings" + urls.stream().map(URI::getHost).toList();
  }
}
