package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl-C, SIGTERM, and the SIGHUP of a terminal that is gone. While something starts the first ends it at once; afterwards it
 * asks for an orderly end, and is heard by {@link #requested}. The second ends the process at once, through its shutdown hooks.
 *
 * <p>A shutdown hook alone would not do: hooks of the stack run beside it, and the stack is needed to count what is on its
 * way. {@code sun.misc.Signal} is the only way to hear of a signal without ending; it lies in {@code jdk.unsupported},
 * which the JDK keeps for this.
 */
public final class Interrupts {

    private final AtomicInteger signals = new AtomicInteger();
    private Optional<Thread> starting = Optional.empty();
    private boolean cutShort;

    Interrupts() {}

    /** Begins to listen. What is ignored already, as SIGHUP is under nohup, stays ignored. */
    public static Interrupts listen() {
        Interrupts interrupts = new Interrupts();
        for (String name : new String[] {"INT", "TERM", "HUP"}) {
            try {
                Signal.handle(new Signal(name), signal -> interrupts.heard(signal.getName()));
            } catch (IllegalArgumentException e) {
                // Somebody else holds it (-Xrs): it ends the process as it always did.
                continue;
            }
        }
        return interrupts;
    }

    /** A terminal that goes often says so twice, once itself and once by its shell: that is nobody's impatience. */
    void heard(String name) {
        boolean isFirst = name.equals("HUP") ? signals.compareAndSet(0, 1) : signals.incrementAndGet() == 1;
        if (isFirst) {
            cutStartShort();
        } else if (!name.equals("HUP")) {
            // Not on the signal's own thread: exit waits for the hooks, and a third signal must find somebody.
            new Thread(() -> System.exit(ExitCode.INTERRUPTED), "interrupted-again").start();
        }
    }

    private synchronized void cutStartShort() {
        starting.ifPresent(thread -> {
            cutShort = true;
            thread.interrupt();
        });
    }

    /** From now on the first signal interrupts this thread, which starts something and has nothing yet that is worth an order. */
    public synchronized void whileStarting() {
        starting = Optional.of(Thread.currentThread());
    }

    /**
     * What this thread starts has begun: from now on the first signal asks for an orderly end.
     *
     * @throws InterruptedException when it came before
     */
    public synchronized void started() throws InterruptedException {
        starting = Optional.empty();
        if (cutShort) {
            throw new InterruptedException("interrupted while it started");
        }
    }

    /** Whether a signal came while something started: whatever failed since then failed because of it. */
    public synchronized boolean isCutShort() {
        return cutShort;
    }

    /** Whether the user has had enough. */
    public boolean requested() {
        return signals.get() > 0;
    }
}
