package dev.overwinter.worker.process;

import dev.overwinter.worker.operations.Readiness;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The activities of a worker and what they hold open.
 *
 * @param implementations one object for each activity interface
 * @param checks looks at what the activities depend on
 * @param resources connections and clients that end with the worker, closed last to first
 */
public record Activities(
    List<Object> implementations, List<Readiness.Check> checks, List<AutoCloseable> resources)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Activities.class);

  public Activities {
    implementations = List.copyOf(implementations);
    checks = List.copyOf(checks);
    resources = List.copyOf(resources);
  }

  /** Activities that hold nothing open. */
  public Activities(List<Object> implementations) {
    this(implementations, List.of(), List.of());
  }

  /** The implementation of one interface, to be called without Temporal. */
  public <T> Optional<T> find(Class<T> type) {
    return implementations.stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  @Override
  public void close() {
    for (int index = resources.size() - 1; index >= 0; index--) {
      try {
        resources.get(index).close();
      } catch (Exception e) {
        LOG.warn("could not close a resource of the worker: {}", e.getClass().getName());
      }
    }
  }
}
