package dev.overwinter.worker.command;

import dev.overwinter.worker.settings.HttpSettings;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.watch.ExitCodes;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code overwinter health} */
@Command(
    name = "health",
    description = {
      "Asks the worker on this host whether it can work.",
      "",
      "For a container's health check, and for whoever has no curl. Asks the address that http.address or OVERWINTER_HTTP_ADDRESS names, else 127.0.0.1:9464."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter health --config overwinter.yaml",
      "  OVERWINTER_HTTP_ADDRESS=127.0.0.1:9465 overwinter health --alive"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:It can work.",
      "1:It cannot, or there is none; the answer says why.",
      "2:The command line or the settings are wrong, or the worker's address is off."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class HealthCommand implements Callable<Integer> {
  private static final int PATIENCE_MILLIS = 3_000;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The worker's settings; only http.address is read.")
  private Path file;

  @Option(names = "--alive", description = "Ask only whether it is alive, not whether it can work.")
  private boolean alive;

  @Override
  public Integer call() {
    HttpSettings settings = SettingsReader.readHttp(file, System.getenv());
    if (settings.address().isEmpty()) {
      System.err.println(
          "The worker's HTTP address is off: set http.address or OVERWINTER_HTTP_ADDRESS.");
      return ExitCodes.USAGE;
    }
    HttpSettings.Address address = settings.address().get();
    try {
      return ask(new HttpSettings.Address(reachable(address.host()), address.port()));
    } catch (IOException e) {
      System.err.printf("No worker answers at %s: %s.%n", address, e.getMessage());
      return ExitCodes.FAILED;
    }
  }

  private int ask(HttpSettings.Address address) throws IOException {
    URI uri = URI.create("http://" + address + (alive ? "/healthz" : "/readyz"));
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    boolean well = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    try (InputStream body = well ? connection.getInputStream() : connection.getErrorStream()) {
      String text = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
      System.out.println(text.strip());
    }
    return well ? ExitCodes.DONE : ExitCodes.FAILED;
  }

  /** What listens everywhere is asked here. */
  private static String reachable(String host) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress().getHostAddress() : host;
  }
}
