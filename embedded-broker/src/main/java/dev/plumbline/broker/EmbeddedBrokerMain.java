package dev.plumbline.broker;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.FolderInUseException;
import dev.plumbline.process.ReadyFile;
import dev.plumbline.process.StackDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.LogManager;
import org.apache.kafka.common.utils.Exit;

/**
 * The broker as a process of the local stack.
 *
 * <p>It prints one line, {@code READY broker 127.0.0.1:PORT}, publishes its {@link ReadyFile} with the port
 * {@code kafka}, and runs until it is told to stop by a signal or by the end of its supervisor. Exit status: 2 for wrong
 * usage, 4 when the port, the folder or the disk does not let Kafka run.
 */
public final class EmbeddedBrokerMain {

    private static final int WRONG_USAGE = 2;
    private static final int INFRASTRUCTURE = 4;

    private static final Duration OTHERS_END_AT_MOST = Duration.ofSeconds(10);

    /** Kafka's own stop, the wait for the others, and slack for a loaded machine. */
    private static final Duration GRACE =
            EmbeddedBroker.CLOSE_AT_MOST.plus(OTHERS_END_AT_MOST).plusSeconds(5);

    private EmbeddedBrokerMain() {}

    /** Runs the broker; see {@code --help} for the flags. */
    public static void main(String[] arguments) throws InterruptedException {
        if (List.of(arguments).contains("--help")) {
            System.out.println(BrokerCommandLine.USAGE);
            return;
        }
        BrokerCommandLine commandLine;
        try {
            commandLine = BrokerCommandLine.parse(List.of(arguments));
        } catch (BrokerCommandLine.WrongUsage e) {
            System.err.println("broker: " + e.getMessage() + " (--help lists the flags)");
            System.exit(WRONG_USAGE);
            return;
        }
        configureLogging();
        haltWithOneLine(commandLine.settings().directory());
        try {
            run(commandLine);
        } catch (IOException e) {
            System.err.println("broker: " + oneLine(commandLine.settings(), e));
            System.exit(INFRASTRUCTURE);
        }
    }

    private static void run(BrokerCommandLine commandLine) throws IOException, InterruptedException {
        EmbeddedBroker broker = EmbeddedBroker.start(commandLine.settings());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(broker), "broker-stop"));
        ChildProcess.endWithSupervisor(() -> stopAfterSupervisor(broker, commandLine.stackDirectory()), GRACE);
        ReadyFile.publishIfAsked("broker", Map.of("kafka", broker.port()));
        System.out.println("READY broker " + broker.bootstrapServers());
        new CountDownLatch(1).await();
    }

    private static void close(EmbeddedBroker broker) {
        try {
            broker.close();
        } catch (IllegalStateException e) {
            System.err.println("broker: " + e.getMessage());
        }
    }

    private static void stopAfterSupervisor(EmbeddedBroker broker, Optional<Path> stackDirectory) {
        close(broker);
        stackDirectory.map(StackDirectory::new).ifPresent(stack -> {
            try {
                List<Long> left = stack.awaitOthers(OTHERS_END_AT_MOST);
                if (!left.isEmpty()) {
                    System.err.println("broker: processes " + left + " of the stack did not end in time");
                }
                stack.delete();
            } catch (IOException e) {
                System.err.println("broker: could not clean up after the supervisor: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        System.exit(0);
    }

    private static void configureLogging() {
        try (InputStream configuration = EmbeddedBrokerMain.class.getResourceAsStream("logging.properties")) {
            LogManager.getLogManager().readConfiguration(configuration);
        } catch (IOException e) {
            throw new IllegalStateException("the logging.properties of this jar cannot be read", e);
        }
    }

    /** Kafka halts the JVM when its only data folder fails, which is nearly always a full disk. */
    private static void haltWithOneLine(Path directory) {
        Exit.setHaltProcedure((status, message) -> {
            System.err.println("broker: Kafka gave up its data folder " + directory + " with "
                    + (directory.toFile().getUsableSpace() >> 20)
                    + " MiB free; free some space or name another --directory");
            Runtime.getRuntime().halt(INFRASTRUCTURE);
        });
        Exit.setExitProcedure((status, message) -> {
            System.err.println("broker: Kafka ended itself with status " + status);
            Runtime.getRuntime().halt(INFRASTRUCTURE);
        });
    }

    private static String oneLine(BrokerSettings settings, IOException e) {
        String text = switch (e) {
            case BindException taken ->
                "port " + settings.port() + " on 127.0.0.1 is taken; name another --port, or 0 for a free one";
            case AccessDeniedException denied -> denied.getFile() + " cannot be written; name another --directory";
            case FileAlreadyExistsException file -> file.getFile() + " is not a folder; name another --directory";
            case FolderInUseException used ->
                "the folder " + used.getFile() + " is in use by another broker (" + used.owner()
                        + "); end that one, or name another --directory";
            case FileSystemException file ->
                "the folder " + file.getFile() + " cannot be used ("
                        + Optional.ofNullable(file.getReason())
                                .orElse(file.getClass().getSimpleName())
                        + "); name another --directory";
            default -> String.valueOf(e.getMessage());
        };
        return text.replace('\n', ' ');
    }
}
