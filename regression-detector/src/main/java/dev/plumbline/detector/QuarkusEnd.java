package dev.plumbline.detector;

import dev.plumbline.detector.messaging.ProcessEnd;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Ends this process in order. Any thread. */
@Singleton
final class QuarkusEnd implements ProcessEnd {

    /** Exit code when Kafka fails us. */
    static final int INFRASTRUCTURE = 4;

    private static final Logger LOG = Logger.getLogger(QuarkusEnd.class);

    private final AtomicInteger exitCode = new AtomicInteger();

    @Override
    public void infrastructure(String line, Throwable cause) {
        if (exitCode.compareAndSet(0, INFRASTRUCTURE)) {
            LOG.errorf("%s: %s; the process ends", line, oneLine(cause));
            LOG.debug("the whole of it", cause);
        }
        Quarkus.asyncExit(INFRASTRUCTURE);
    }

    /** 0 as long as nothing has ended it. */
    int exitCode() {
        return exitCode.get();
    }

    private static String oneLine(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return (root.getClass().getSimpleName() + " " + root.getMessage()).replaceAll("\\R", " ");
    }
}
