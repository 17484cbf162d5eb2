package dev.overwinter.worker.command;

import dev.overwinter.worker.codec.CodecEndpoint;
import dev.overwinter.worker.secrecy.EncryptingCodec;
import dev.overwinter.worker.secrecy.PayloadKey;
import dev.overwinter.worker.settings.CodecSettings;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.watch.ExitCodes;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code overwinter codec} */
@Command(
    name = "codec",
    description = {
      "Encrypts and decrypts payloads for Temporal's command line and web UI, until it is stopped.",
      "",
      "Payloads are encrypted when the workers have OVERWINTER_PAYLOAD_KEY; start this with the same key, on the machine of whoever looks."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter codec --new-key                               prints a new key",
      "  overwinter codec                                         for the command line",
      "  overwinter codec --allow-origin http://localhost:8233    for the web UI there, too",
      "  export TEMPORAL_CODEC_ENDPOINT=http://127.0.0.1:8234     what temporal asks it by",
      "",
      "Keys: OVERWINTER_PAYLOAD_KEY, and OVERWINTER_PAYLOAD_OLD_KEYS for what was encrypted before.",
      "With OVERWINTER_CODEC_TOKEN callers must name it: temporal --codec-auth \"Bearer …\"."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Stopped.", "2:The command line or a key is wrong, or the port is taken."},
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class CodecCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description =
          "Where to listen. Default: ${DEFAULT-VALUE}. Anything but this machine needs OVERWINTER_CODEC_TOKEN.")
  private String listen = "127.0.0.1:8234";

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      arity = "1..*",
      description = "Web pages that may ask, such as the web UI's http://localhost:8233.")
  private List<String> origins = List.of();

  @Option(names = "--new-key", description = "Print a new key, and nothing else, and end.")
  private boolean newKey;

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  @Override
  public Integer call() throws IOException {
    if (newKey) {
      System.out.println(PayloadKey.random().base64());
      return ExitCodes.DONE;
    }
    CodecSettings settings = SettingsReader.readCodec(System.getenv());
    InetSocketAddress address = address(settings);
    Set<String> allowed = Set.copyOf(origins.stream().map(CodecCommand::origin).toList());
    try (StopOnSignal stop = new StopOnSignal();
        CodecEndpoint endpoint =
            CodecEndpoint.start(
                address, new EncryptingCodec(settings.payloadKeys()), allowed, settings.token())) {
      String host = address.getHostString();
      System.out.printf(
          "Encrypts and decrypts with %s at http://%s:%d%n",
          settings.payloadKeys(), host.contains(":") ? "[" + host + "]" : host, endpoint.port());
      new CountDownLatch(1).await();
      return ExitCodes.DONE;
    } catch (BindException e) {
      throw new IOException(
          "%s cannot be listened on (%s): name another with --listen"
              .formatted(listen, e.getMessage()));
    } catch (InterruptedException e) {
      return ExitCodes.DONE;
    }
  }

  private InetSocketAddress address(CodecSettings settings) {
    int colon = listen.lastIndexOf(':');
    String port = listen.substring(colon + 1);
    if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw wrong("--listen", "must be a host and a port, such as 127.0.0.1:8234");
    }
    String host = listen.substring(0, colon).replaceAll("^\\[|]$", "");
    InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(port));
    if (address.isUnresolved()) {
      throw wrong("--listen", "names a host that is not known here");
    }
    if (!address.getAddress().isLoopbackAddress() && settings.token().isEmpty()) {
      throw wrong(
          "--listen",
          "would let everybody who reaches %s decrypt: listen on 127.0.0.1, or set OVERWINTER_CODEC_TOKEN"
              .formatted(listen));
    }
    return address;
  }

  /** As browsers name it. */
  private static String origin(String given) {
    String origin = given.replaceFirst("/+$", "");
    if (!origin.matches("https?://[^/?#@]+")) {
      throw wrong(
          "--allow-origin", "must be a scheme, host and port, such as http://localhost:8233");
    }
    return origin;
  }

  private static SettingsException wrong(String option, String problem) {
    return new SettingsException(option, List.of(problem));
  }
}
