package dev.plumbline.cli.control;

import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.control.Scope;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plumb mute}: nobody is to be called for some series for a while. */
@Command(
        name = "mute",
        description = {
            "Say that nobody is to be called for a series for a while.",
            "",
            "It is judged, shown and alerted as ever, with who muted it, why and until when beside it; only",
            "notifications are held back. Nothing becomes green by it.",
            ""
        },
        footer = {
            "",
            "Example:     ./plumb mute chat@stable --reason 'new racks' --until 4h --kafka localhost:9092",
            "Exit codes:  0 recorded   2 wrong usage   4 Kafka is not reached or has no such topic"
        })
public final class MuteCommand extends ControlCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "SERIES",
            description = "The series as alerts name it, SCENARIO@VARIANT, or its key in /api/state of the detector.")
    private Optional<String> series = Optional.empty();

    @Mixin
    private ScopeOptions scope = new ScopeOptions();

    @Option(names = "--remove", description = "Take the mute of just these series back.")
    private boolean remove;

    @Override
    protected void tell() throws InterruptedException {
        Scope muted = scope.scope(series);
        if (remove) {
            takeBack(Mute.KIND + idOf(muted));
            say("no longer muted: " + ScopeOptions.told(muted));
            return;
        }
        if (!options().hasEnd()) {
            throw wrong("until when? say it with --until 4h; a mute without an end hides what comes for ever");
        }
        Mute mute = new Mute(idOf(muted), muted, decided());
        write(mute);
        say("muted " + ScopeOptions.told(muted) + told(mute.decision()));
    }
}
