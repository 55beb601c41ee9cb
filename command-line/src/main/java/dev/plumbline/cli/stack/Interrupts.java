package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Ctrl-C, SIGTERM, and the SIGHUP of a terminal that is gone. The first asks for an orderly end, and is heard by {@link #requested}; the second ends the process
 * at once, through its shutdown hooks.
 *
 * <p>A shutdown hook alone would not do: hooks of the stack run beside it, and the stack is needed to count what is on its
 * way. {@code sun.misc.Signal} is the only way to hear of a signal without ending; it lies in {@code jdk.unsupported},
 * which the JDK keeps for this.
 */
public final class Interrupts {

    private final AtomicInteger signals = new AtomicInteger();

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
        if (name.equals("HUP")) {
            signals.compareAndSet(0, 1);
        } else if (signals.incrementAndGet() > 1) {
            // Not on the signal's own thread: exit waits for the hooks, and a third signal must find somebody.
            new Thread(() -> System.exit(ExitCode.INTERRUPTED), "interrupted-again").start();
        }
    }

    /** Whether the user has had enough. */
    public boolean requested() {
        return signals.get() > 0;
    }
}
