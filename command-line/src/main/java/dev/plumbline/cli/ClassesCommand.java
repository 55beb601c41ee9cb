package dev.plumbline.cli;

import dev.plumbline.cli.feed.PipeFeed;
import dev.plumbline.cli.feed.PipeListener;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.PipePlan;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.judgement.statistics.Cusum;
import dev.plumbline.probe.ProbeListener;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.probe.TargetProbe;
import dev.plumbline.protocol.Protocol;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import picocli.CommandLine.Command;

/**
 * Loads what the first seconds of a run load, and ends: broker, target and producer start, and a few requests go through. The
 * script starts it after a build, so that the class-data archives which these JVMs write at their end hold those classes: a load
 * begins more than a second sooner.
 */
@Command(name = "classes", hidden = true)
final class ClassesCommand implements Callable<Integer> {

    private static final PipePlan PLAN = new PipePlan(Duration.ofSeconds(1), 1, 0, List.of(), Map.of());
    private static final Map<String, String> PRODUCER = Map.of(
            "plumbline.target.model", "simulated",
            "plumbline.load.concurrency", "1",
            "plumbline.selfwarmup.duration", "200ms");
    private static final int ENOUGH_EVENTS = 3;
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private int events;

    @Override
    public Integer call() throws IOException, InterruptedException, URISyntaxException {
        try (LocalPipe pipe = LocalPipe.begin(PLAN, Installation.ofSystemProperties())) {
            for (Class<?> inJar :
                    List.of(ClassesCommand.class, Codec.class, Protocol.class, Cusum.class, TargetProbe.class)) {
                loadJarOf(inJar);
            }
            pipe.awaitBroker();
            pipe.startProducer(PRODUCER);
            boolean answered = new TargetProbe(
                            TargetAddress.of(pipe.url(Part.TARGET)),
                            SystemTime::monotonicNanos,
                            "",
                            ProbeListener.SILENT)
                    .check()
                    .failure()
                    .isEmpty();
            try (PipeFeed feed =
                    new PipeFeed(pipe.kafkaClient(), pipe.window(), PipeFeed.Events.INCLUDED, PipeFeed.From.NOW)) {
                pipe.awaitProducer();
                long deadlineNanos = SystemTime.monotonicNanos() + LONGEST.toNanos();
                while (events < ENOUGH_EVENTS && SystemTime.monotonicNanos() - deadlineNanos < 0) {
                    feed.poll(POLL, new Counting());
                }
            }
            if (answered && events >= ENOUGH_EVENTS) {
                return ExitCode.PASS;
            }
            System.err.println((answered ? "the target answered" : "the target did not answer") + ", " + events + " of "
                    + ENOUGH_EVENTS + " events came within " + LONGEST.toSeconds() + " s");
            return ExitCode.INFRASTRUCTURE;
        }
    }

    private final class Counting implements PipeListener {
        @Override
        public void event(byte[] bytes, Event event) {
            events += event instanceof RequestEvent ? 1 : 0;
        }
    }

    private static void loadJarOf(Class<?> inJar) throws IOException, URISyntaxException {
        Path jar = Path.of(
                inJar.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (JarFile open = new JarFile(jar.toFile())) {
            open.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("dev/plumbline/") && name.endsWith(".class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .forEach(ClassesCommand::load);
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, ClassesCommand.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // A class that needs what is not there is not loaded by a run, either.
            System.err.println(name + " cannot be loaded: " + e);
        }
    }
}
