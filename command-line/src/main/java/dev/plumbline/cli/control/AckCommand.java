package dev.plumbline.cli.control;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.control.Acknowledgement;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plumb ack}: somebody takes care of an alert. */
@Command(
        name = "ack",
        description = {
            "Say that you take care of an alert that is open.",
            "",
            "It stays open and its series stays what it is, with who acknowledged it, why and until when beside",
            "it. A deploy that is marked afterwards (plumb mark) ends it. Nothing becomes green by it.",
            ""
        },
        footer = {
            "",
            "Example:     ./plumb ack chat@stable --reason 'INC-7, rolling back' --until 2h --kafka localhost:9092",
            "Exit codes:  0 recorded   2 wrong usage, or nothing is open   4 Kafka is not reached"
        })
public final class AckCommand extends ControlCommand {

    private static final Pattern ALERT = Pattern.compile("[0-9a-f]{16}");

    @Parameters(
            arity = "0..1",
            paramLabel = "SERIES|ALERT",
            description = "The id of the alert, or its series as alerts name it: SCENARIO@VARIANT.")
    private Optional<String> what = Optional.empty();

    @Mixin
    private ScopeOptions scope = new ScopeOptions();

    @Option(names = "--remove", description = "Take the acknowledgement back.")
    private boolean remove;

    @Override
    protected void tell() throws InterruptedException {
        Optional<String> id = what.filter(text -> ALERT.matcher(text).matches());
        Optional<Scope> asked = id.isPresent() ? Optional.empty() : Optional.of(scope.scope(what));
        Optional<Decision> decision = remove ? Optional.empty() : Optional.of(decided());
        List<AlertRecord> open = open();
        List<AlertRecord> meant = open.stream()
                .filter(alert -> id.map(alert.alertId()::equals)
                        .orElseGet(() -> asked.orElseThrow().covers(alert.series())))
                .toList();
        if (meant.isEmpty()) {
            throw CommandFailure.usage("no alert of "
                    + id.or(() -> asked.map(ScopeOptions::told)).orElse("")
                    + " is open; "
                    + (open.isEmpty()
                            ? "none is"
                            : "open are " + open.stream().map(AckCommand::named).collect(Collectors.joining(", ")))
                    + "; plumb mute holds notifications back for what is to come");
        }
        for (AlertRecord alert : meant) {
            if (decision.isEmpty()) {
                takeBack(Acknowledgement.KIND + alert.alertId());
                say("no longer acknowledged: " + named(alert));
            } else {
                write(new Acknowledgement(alert.alertId(), alert.series().lane(), decision.get()));
                say("acknowledged " + named(alert) + ", open since " + Instant.ofEpochMilli(alert.sinceEpochMillis())
                        + "," + told(decision.get()));
            }
        }
    }

    private static String named(AlertRecord alert) {
        return alert.alertId() + " of " + alert.series().group().scenario() + "@"
                + alert.series().variant();
    }

    /** The alerts that were fired and not closed, by their newest transition. */
    private List<AlertRecord> open() throws InterruptedException {
        Map<String, AlertRecord> newest = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : topic(Topics.ALERTS).read()) {
            if (Codec.ALERTS.decode(record.value()) instanceof Decoded.Value<AlertRecord> good) {
                newest.put(good.value().alertId(), good.value());
            }
        }
        List<AlertRecord> open = new ArrayList<>();
        newest.values().forEach(alert -> {
            switch (alert.transition()) {
                case FIRED, EXTENDED -> open.add(alert);
                case RESOLVED, ENDED -> {
                    // Nothing to take care of.
                }
            }
        });
        return open;
    }
}
