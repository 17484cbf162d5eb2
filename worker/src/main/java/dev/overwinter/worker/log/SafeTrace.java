package dev.overwinter.worker.log;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.ArrayList;
import java.util.List;

/**
 * An exception without its message: a driver's or server's message may quote the values of a row.
 * Used in patterns as {@code %trace}.
 */
public final class SafeTrace extends ThrowableHandlingConverter {
  private static final int MOST_CAUSES = 10;
  private static final int MOST_FRAMES = 60;

  @Override
  public String convert(ILoggingEvent event) {
    StringBuilder text = new StringBuilder();
    lines(event.getThrowableProxy()).forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /** The classes of an exception and its causes, each followed by its frames. */
  static List<String> lines(IThrowableProxy throwable) {
    List<String> lines = new ArrayList<>();
    IThrowableProxy part = throwable;
    for (int depth = 0; part != null && depth < MOST_CAUSES; depth++) {
      lines.add((depth == 0 ? "" : "caused by ") + part.getClassName());
      StackTraceElementProxy[] frames = part.getStackTraceElementProxyArray();
      int own = frames == null ? 0 : Math.min(frames.length - part.getCommonFrames(), MOST_FRAMES);
      for (int index = 0; index < own; index++) {
        lines.add("    " + frames[index].getSTEAsString());
      }
      part = part.getCause();
    }
    return lines;
  }
}
