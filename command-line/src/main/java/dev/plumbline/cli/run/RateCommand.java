package dev.plumbline.cli.run;

import dev.plumbline.cli.number.DecimalConverter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code plumb rate}: changes a load while it runs. */
@Command(
        name = "rate",
        description = {
            "Change the requests per second of a load that goes on.",
            "",
            "It must have begun as adjustable: what is measured under the name of a steady load stays one. The",
            "run's log says when it was changed, and a marker for dashboards and alerts does.",
            ""
        },
        footer = {
            "",
            "Example:     ./plumb run --url localhost:8000 --shape adjustable:20 --duration forever   then ./plumb rate 40",
            "Exit codes:  0 changed   2 wrong usage   4 no such load, or it cannot be changed so"
        })
public final class RateCommand extends ChangeLoad {

    @Parameters(paramLabel = "PER_SECOND", converter = DecimalConverter.class, description = "From now on.")
    private double level;

    @Override
    public Integer call() throws InterruptedException {
        return change("/rate", level, "requests per second");
    }
}
