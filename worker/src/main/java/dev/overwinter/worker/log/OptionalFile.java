package dev.overwinter.worker.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;

/** A file, unless its name is {@code off}: in a container the console is the log. */
public final class OptionalFile extends RollingFileAppender<ILoggingEvent> {
  private static final String OFF = "off";

  @Override
  public void start() {
    if (!OFF.equals(rawFileProperty())) {
      super.start();
    }
  }

  @Override
  public void doAppend(ILoggingEvent event) {
    if (isStarted()) {
      super.doAppend(event);
    }
  }
}
