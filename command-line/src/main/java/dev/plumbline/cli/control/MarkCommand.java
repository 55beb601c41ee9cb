package dev.plumbline.cli.control;

import dev.plumbline.cli.kafka.KafkaOptions;
import dev.plumbline.cli.kafka.KafkaTopic;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code plumb mark}: records a deploy, so that alerts and dashboards can name it. */
@Command(
        name = "mark",
        description = {
            "Record a deploy: an alert that begins near it will name it.",
            "",
            "Writes one marker to the topic plumbline.controls.v1. Without --target, --model and --variant it",
            "speaks of everything. Without --kafka it goes to the local stack that ./plumb up keeps running.",
            ""
        },
        footer = {
            "",
            "Example:     ./plumb mark v1.2.3 --target vllm --subject image=vllm:0.32 --kafka localhost:9092",
            "Exit codes:  0 recorded   2 wrong usage   4 Kafka is not reached or has no such topic"
        })
public final class MarkCommand implements Callable<Integer> {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "LABEL",
            description = {
                "What was deployed, for example v1.2.3.",
                "Default: the git commit of the current folder, or 'deploy'."
            })
    private @Nullable String label;

    @Option(names = "--target", paramLabel = "NAME", description = "Only this target (its logical name).")
    private @Nullable String target;

    @Option(names = "--model", paramLabel = "NAME", description = "Only this model.")
    private @Nullable String model;

    @Option(names = "--variant", paramLabel = "NAME", description = "Only this variant, for example canary.")
    private @Nullable String variant;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = {"When it took effect, for example 2026-11-25T12:00:00Z.", "Default: now."})
    private @Nullable String at;

    @Option(
            names = "--subject",
            paramLabel = "KEY=VALUE",
            description = "A fact about what is served from now on: image, revision, flags. May be repeated.")
    private Map<String, String> subject = new LinkedHashMap<>();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final Duration answerWithin;

    public MarkCommand() {
        this(ANSWER_WITHIN);
    }

    MarkCommand(Duration answerWithin) {
        this.answerWithin = answerWithin;
    }

    @Override
    public Integer call() throws InterruptedException {
        DeployMarker marker = marker();
        new KafkaTopic(kafka.orLocalStack(), Topics.CONTROLS, answerWithin)
                .write(marker.key(), Optional.of(Codec.CONTROLS.encode(marker)));
        spec.commandLine()
                .getOut()
                .println("marked deploy " + marker.label() + " of " + told(marker.scope()) + " at "
                        + Instant.ofEpochMilli(marker.atEpochMillis()) + ", id " + marker.id());
        spec.commandLine().getOut().flush();
        return ExitCode.PASS;
    }

    private DeployMarker marker() throws InterruptedException {
        Optional<String> commit = label == null ? GitCommit.of(Path.of("").toAbsolutePath()) : Optional.empty();
        try {
            DeployMarker marker = new DeployMarker(
                    "unnamed",
                    System.getProperty("user.name", "unknown"),
                    label == null ? commit.orElse("deploy") : label,
                    at == null ? SystemTime.epochMillis() : epochMillis(at),
                    new Scope(Optional.ofNullable(target), Optional.ofNullable(model), Optional.ofNullable(variant)),
                    subject);
            return named(marker);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /** The id follows from the content: a step of a pipeline that is tried again tells the same deploy. */
    static DeployMarker named(DeployMarker marker) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Codec.CONTROLS.encode(marker));
            return new DeployMarker(
                    HexFormat.of().formatHex(hash, 0, 8),
                    marker.who(),
                    marker.label(),
                    marker.atEpochMillis(),
                    marker.scope(),
                    marker.subject());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String told(Scope scope) {
        StringBuilder told = new StringBuilder();
        scope.target().ifPresent(name -> told.append(", target ").append(name));
        scope.model().ifPresent(name -> told.append(", model ").append(name));
        scope.variant().ifPresent(name -> told.append(", variant ").append(name));
        return told.isEmpty() ? "everything" : told.substring(2);
    }

    private long epochMillis(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw wrong("--at '" + text + "' is not a time with its offset; example: 2026-11-25T12:00:00Z");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
