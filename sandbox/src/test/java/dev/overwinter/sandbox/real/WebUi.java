package dev.overwinter.sandbox.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A person at Temporal's web UI, looking at one workflow. */
final class WebUi implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration GLANCE = Duration.ofMillis(100);
  private static final int WIDTH = 1440;
  private static final int HEIGHT = 1000;

  /** What the window has above and below the page, without being seen. */
  private static final int FRAME = 143;

  private static final Path PICTURES = Path.of("target", "web-ui");

  private final ChromeDriver browser = Chromium.open();
  private final String workflow;

  /**
   * @param address the web UI's address
   */
  WebUi(String address, String workflowId) {
    browser.manage().window().setSize(new Dimension(WIDTH, HEIGHT + FRAME));
    workflow = address + "/namespaces/default/workflows/" + workflowId;
  }

  /** Opens the page of the workflow, which begins with its history. */
  void open() {
    browser.get(workflow);
    await(
        "the tabs of the workflow",
        () -> {
          WebElement error = shown(By.xpath("//*[normalize-space(.) = 'Try a refresh']"));
          if (error != null) {
            browser.navigate().refresh();
          }
          return shown(tab("User Metadata"));
        });
  }

  /** Opens the tab with the current details. */
  void openDetails() {
    if (!browser.getCurrentUrl().contains("/user-metadata")) {
      open();
      click(tab("User Metadata"));
    }
  }

  private static By tab(String title) {
    return By.xpath("//a[contains(normalize-space(.), '%s')]".formatted(title));
  }

  /** Presses R, as the page says, until the current details say something. */
  String awaitDetails(String expected) {
    openDetails();
    return await(
        "current details with: " + expected,
        () -> {
          browser.findElement(By.tagName("body")).sendKeys("r");
          String details = details();
          return details.contains(expected) ? details : null;
        });
  }

  /**
   * Every Markdown text of the page, as it is rendered. Each is a document of its own, which for a
   * moment has no body.
   */
  private String details() {
    return (String)
        browser.executeScript(
            """
            return [...document.querySelectorAll('iframe')]
              .map(frame => frame.contentDocument?.body?.innerText ?? '').join('\\n')
            """);
  }

  /** Waits until the page itself shows a text. */
  String awaitText(String expected) {
    return await(
        "a page with: " + expected,
        () -> {
          // Labels in the timeline are drawn, so they are no inner text.
          String text =
              (String)
                  browser.executeScript(
                      "return document.body?.textContent + '\\n' + document.body?.innerText");
          return text.contains(expected) ? text : null;
        });
  }

  /** Opens the dialog in which an update is sent, and its list of updates. */
  String openUpdates() {
    click(By.xpath("//button[contains(normalize-space(.), 'More Actions')]"));
    click(By.xpath("//*[@role='menuitem'][contains(normalize-space(.), 'Send an Update')]"));
    click(inDialog("//*[@data-testid='update-select-button']"));
    return await("the list of updates", () -> textOf(inDialog("//*[@role='option']/..")));
  }

  /** Chooses an update from the opened list. */
  void choose(String update) {
    click(inDialog("//*[@role='option'][starts-with(normalize-space(.), '%s')]".formatted(update)));
  }

  /** Pastes what the dialog is to send as data over whatever stands there. */
  void paste(String data) {
    click(inDialog("//*[contains(@class, 'cm-content')]"));
    WebElement editor = browser.switchTo().activeElement();
    editor.sendKeys(Keys.chord(Keys.CONTROL, "a"));
    browser.executeScript(
        """
        const clipboard = new DataTransfer();
        clipboard.setData('text/plain', arguments[1]);
        arguments[0].dispatchEvent(new ClipboardEvent('paste',
          {clipboardData: clipboard, bubbles: true, cancelable: true}));
        """,
        editor,
        data);
  }

  void submit() {
    click(inDialog("//*[@data-testid='confirm-modal-button']"));
  }

  /** Waits until the dialog has told what is wrong. */
  String complaint(String expected) {
    return await(
        "a dialog with: " + expected,
        () -> {
          String text = textOf(inDialog(""));
          return text != null && text.contains(expected) ? text : null;
        });
  }

  /** Sends an update like somebody who knows the dialog, and waits until it has gone through. */
  void send(String update, String data) {
    open();
    openUpdates();
    choose(update);
    paste(data);
    submit();
    await("the dialog to close", () -> shown(By.xpath("//dialog[@open]")) == null ? true : null);
  }

  private static By inDialog(String path) {
    return By.xpath("//dialog[@open]" + path);
  }

  private String textOf(By by) {
    WebElement element = shown(by);
    return element == null ? null : element.getText();
  }

  private void click(By by) {
    await(
        "something to click: " + by,
        () -> {
          WebElement element = shown(by);
          if (element == null || !element.isEnabled()) {
            return null;
          }
          element.click();
          return element;
        });
  }

  /**
   * The page has everything twice, for narrow and for wide windows; what counts is what is seen.
   */
  private WebElement shown(By by) {
    List<WebElement> elements = browser.findElements(by);
    return elements.stream().filter(WebElement::isDisplayed).findFirst().orElse(null);
  }

  private <T> T await(String what, Supplier<T> look) {
    try {
      return new WebDriverWait(browser, PATIENCE, GLANCE)
          .ignoring(StaleElementReferenceException.class)
          .until(anything -> look.get());
    } catch (TimeoutException e) {
      String seen = Objects.requireNonNullElse(textOf(By.tagName("body")), "");
      keep("in-vain", PICTURES);
      throw new AssertionError(
          "waited in vain for %s at %s; it shows:%n%s%n%s"
              .formatted(what, browser.getCurrentUrl(), seen, details()),
          e);
    }
  }

  /**
   * Takes a picture into {@code target/web-ui}, and into the directory of {@code
   * -Dscreenshots.record=DIRECTORY} when asked to; see CONTRIBUTING.md.
   */
  void takePicture(String name) {
    keep(name, PICTURES);
    String record = System.getProperty("screenshots.record");
    if (record != null) {
      keep(name, Path.of(record));
    }
  }

  private void keep(String name, Path directory) {
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    browser.quit();
  }
}
