package dev.overwinter.worker.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a worker tells of itself over HTTP.
 *
 * @param address where to listen; empty for nowhere
 * @param chosen whether somebody chose it, so that it must work
 */
public record HttpSettings(Optional<Address> address, boolean chosen) {
  /** Prometheus' customary port for what is measured with OpenTelemetry or Micrometer. */
  static final String DEFAULT = "127.0.0.1:9464";

  static final String OFF = "off";
  static final String REMEDY =
      "must be an address such as 127.0.0.1:9464, 0.0.0.0:9464 or [::]:9464, or off";

  /**
   * @param host a name or an IP address, without brackets
   * @param port 0 for any free one
   */
  public record Address(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  public HttpSettings {
    Objects.requireNonNull(address, "address");
  }

  /**
   * @param text as it stands in the settings, or null for the default
   * @return empty when it is no address
   */
  public static Optional<HttpSettings> parse(String text) {
    if (OFF.equals(text)) {
      return Optional.of(new HttpSettings(Optional.empty(), true));
    }
    try {
      URI address = new URI("http://" + (text == null ? DEFAULT : text));
      boolean complete =
          address.getHost() != null
              && address.getPort() >= 0
              && address.getPort() < 65_536
              && address.getRawPath().isEmpty()
              && address.getRawUserInfo() == null
              && address.getRawQuery() == null
              && address.getRawFragment() == null;
      if (complete) {
        String host = address.getHost().replaceAll("[\\[\\]]", "");
        return Optional.of(
            new HttpSettings(Optional.of(new Address(host, address.getPort())), text != null));
      }
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
