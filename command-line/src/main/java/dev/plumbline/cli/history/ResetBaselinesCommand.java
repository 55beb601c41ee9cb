package dev.plumbline.cli.history;

import dev.plumbline.cli.control.ControlCommand;
import dev.plumbline.cli.control.ScopeOptions;
import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Scope;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code plumb baseline reset}: detectors learn anew. */
@Command(
        name = "reset",
        description = {
            "Lets detectors forget what they learned of some series, and learn it anew.",
            "",
            "Windows that begin from now on are learned from. An incident that is open is closed, and not as resolved.",
            "Baselines that somebody pinned or promoted stay: plumb baseline pin --remove takes them back.",
            "Without --kafka it goes to the local stack that ./plumb up keeps running.",
            ""
        },
        footer = {"", "Example:     ./plumb baseline reset chat@stable --reason 'new GPUs' --kafka localhost:9092"})
final class ResetBaselinesCommand extends ControlCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "SERIES",
            description = "The series as alerts name it, SCENARIO@VARIANT, or its key in /api/state of the detector.")
    private Optional<String> series = Optional.empty();

    @Mixin
    private ScopeOptions scope = new ScopeOptions();

    @Override
    protected void tell() throws InterruptedException {
        if (options().hasEnd()) {
            throw wrong("a reset has no --until: what was forgotten does not come back");
        }
        Scope forgotten = scope.scope(series);
        BaselineReset reset = new BaselineReset(idOf(forgotten), forgotten, decided());
        write(reset);
        say("what was learned of " + ScopeOptions.told(forgotten) + " counts no more, it is learned anew"
                + told(reset.decision()));
    }
}
