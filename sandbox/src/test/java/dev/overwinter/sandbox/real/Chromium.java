package dev.overwinter.sandbox.real;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The Chromium of this machine. */
final class Chromium {
  private Chromium() {}

  static boolean isAvailable() {
    return browser().isPresent() && driver().isPresent();
  }

  private static Optional<Path> browser() {
    return find("CHROMIUM", "chromium");
  }

  private static Optional<Path> driver() {
    return find("CHROMEDRIVER", "chromedriver");
  }

  /** The program that a variable names, else the one on the {@code PATH}. */
  private static Optional<Path> find(String variable, String name) {
    String named = System.getenv(variable);
    Stream<Path> candidates =
        named != null
            ? Stream.of(Path.of(named))
            : Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(part -> Path.of(part, name));
    return candidates.filter(Files::isExecutable).map(Path::toAbsolutePath).findFirst();
  }

  /** A new window of its own, without anything that is remembered. The caller quits it. */
  static ChromeDriver open() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser().orElseThrow().toFile());
    options.addArguments("--headless=new", "--hide-scrollbars", "--force-device-scale-factor=1");
    // Containers give root no sandbox and little shared memory; only our own pages are opened.
    options.addArguments("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver().orElseThrow().toFile())
            .usingAnyFreePort()
            .build();
    return new ChromeDriver(service, options);
  }
}
