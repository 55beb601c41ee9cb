package dev.plumbline.cli.control;

import dev.plumbline.cli.kafka.KafkaOptions;
import dev.plumbline.cli.kafka.KafkaTopic;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.CRC32C;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A command that tells detectors a decision: one record of the controls topic, which every detector of the cluster reads. */
public abstract class ControlCommand implements Callable<Integer> {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private DecisionOptions decision = new DecisionOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public final Integer call() throws InterruptedException {
        tell();
        return ExitCode.PASS;
    }

    /** Does what the command is for. */
    protected abstract void tell() throws InterruptedException;

    /** The options that say why and until when. */
    protected final DecisionOptions options() {
        return decision;
    }

    /** What was decided, as of now. */
    protected final Decision decided() {
        return decision.decision(SystemTime.epochMillis());
    }

    /** A topic of the cluster that is spoken to. */
    protected final KafkaTopic topic(String name) {
        return new KafkaTopic(kafka.orLocalStack(), name, ANSWER_WITHIN);
    }

    /** Writes a decision. */
    protected final void write(Control control) throws InterruptedException {
        topic(Topics.CONTROLS).write(control.key(), Optional.of(Codec.CONTROLS.encode(control)));
    }

    /** Takes a decision back. */
    protected final void takeBack(String key) throws InterruptedException {
        topic(Topics.CONTROLS).write(key, Optional.empty());
    }

    /** Writes a line to the user. */
    protected final void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    /** Wrong usage, to be thrown. */
    protected final ParameterException wrong(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    /** The same for the same scope, so that a later decision about it takes the place of this one. */
    protected static String idOf(Scope scope) {
        CRC32C crc = new CRC32C();
        crc.update(ScopeOptions.told(scope).getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /** When a decision ends and why it was taken, in words. */
    protected static String told(Decision decision) {
        return (decision.untilEpochMillis().isPresent()
                        ? " until "
                                + Instant.ofEpochMilli(
                                        decision.untilEpochMillis().getAsLong())
                        : "")
                + ": " + decision.why();
    }
}
