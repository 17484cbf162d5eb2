package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A person at the terminal, asked when the run waits. What was typed before the question was asked
 * is no answer to it.
 */
public final class TerminalOperator implements Operator {
  /** How much of the digest is typed: enough to have looked at it. */
  static final int DIGEST_CHARACTERS = 8;

  private final Console console;
  private final String name;
  private final BlockingQueue<String> typed = new LinkedBlockingQueue<>();
  private String asked = "";

  /**
   * @param keyboard read to its end on a thread of its own
   * @param name who types, for the run's record of decisions
   */
  public TerminalOperator(Console console, Reader keyboard, String name) {
    this.console = console;
    this.name = name;
    Thread reading = new Thread(() -> read(new BufferedReader(keyboard)), "keyboard");
    reading.setDaemon(true);
    reading.start();
  }

  private void read(BufferedReader keyboard) {
    try {
      for (String line = keyboard.readLine(); line != null; line = keyboard.readLine()) {
        typed.add(line.strip());
      }
    } catch (IOException e) {
      console.line("The terminal cannot be read any more; use the commands shown instead.");
    }
  }

  @Override
  public Optional<OperatorCommand> next(RunStatus status) {
    String question = question(status);
    String occasion = question.isEmpty() ? "" : question + status.step() + status.verification();
    if (!occasion.equals(asked)) {
      asked = occasion;
      typed.clear();
      if (!question.isEmpty()) {
        console.line(question);
      }
      return Optional.empty();
    }
    String answer = question.isEmpty() ? null : typed.poll();
    if (answer == null || answer.isEmpty()) {
      return Optional.empty();
    }
    Optional<OperatorCommand> command = understand(answer, status);
    if (command.isEmpty()) {
      console.line("That is no answer. " + question);
    } else {
      // Asked again should the run refuse it and go on waiting.
      asked = "";
    }
    return command;
  }

  private static String question(RunStatus status) {
    if (status.state() == RunState.WAITING_FOR_APPROVAL && status.verification() != null) {
      return "Type the first %d characters of the verification digest to go live, or 'rollback':"
          .formatted(DIGEST_CHARACTERS);
    }
    if (status.state() == RunState.PARKED) {
      return "Type 'retry' to try the step again, or 'rollback':";
    }
    if (status.state() == RunState.PAUSED) {
      return "Type 'resume' to go on, or 'rollback':";
    }
    return "";
  }

  private Optional<OperatorCommand> understand(String answer, RunStatus status) {
    String word = answer.toLowerCase(Locale.ROOT);
    if (word.equals("rollback")) {
      return Optional.of(OperatorCommand.rollback(name, "typed at the terminal"));
    }
    if (status.state() == RunState.PARKED) {
      return word.equals("retry") ? Optional.of(OperatorCommand.retry(name)) : Optional.empty();
    }
    if (status.state() == RunState.PAUSED) {
      return word.equals("resume") ? Optional.of(OperatorCommand.resume(name)) : Optional.empty();
    }
    String digest = status.verification().toLowerCase(Locale.ROOT);
    boolean right = word.length() >= DIGEST_CHARACTERS && digest.startsWith(word);
    return right
        ? Optional.of(OperatorCommand.approve(name, status.verification()))
        : Optional.empty();
  }
}
