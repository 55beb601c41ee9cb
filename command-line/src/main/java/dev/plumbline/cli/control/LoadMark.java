package dev.plumbline.cli.control;

import dev.plumbline.cli.kafka.KafkaTopic;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A load that was changed by hand, marked as a deploy is: dashboards show when it was, and an alert of another series of the same
 * target that begins near it names it.
 */
public final class LoadMark {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private LoadMark() {}

    /**
     * Writes the mark.
     *
     * @param kafka properties of Kafka clients
     * @param change in words, for example {@code load 20 -> 40 requests/s}
     * @throws StackFailure if it cannot be written
     */
    public static void write(Map<String, ?> kafka, Series series, String change, long atEpochMillis)
            throws InterruptedException {
        DeployMarker marker = MarkCommand.named(new DeployMarker(
                "unnamed",
                System.getProperty("user.name", "unknown"),
                change,
                atEpochMillis,
                new Scope(
                        Optional.of(series.group().target()),
                        Optional.of(series.group().model()),
                        Optional.empty()),
                Map.of("load", series.group().loadPoint().key())));
        new KafkaTopic(kafka, Topics.CONTROLS, ANSWER_WITHIN)
                .write(marker.key(), Optional.of(Codec.CONTROLS.encode(marker)));
    }
}
