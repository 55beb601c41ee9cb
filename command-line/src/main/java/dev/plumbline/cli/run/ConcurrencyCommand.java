package dev.plumbline.cli.run;

import dev.plumbline.cli.number.WholeNumberConverter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code plumb concurrency}: changes a load while it runs. */
@Command(
        name = "concurrency",
        description = {
            "Change the requests in flight of a load that goes on.",
            "",
            "It must have begun as adjustable: what is measured under the name of a steady load stays one. The",
            "run's log says when it was changed, and a marker for dashboards and alerts does.",
            ""
        },
        footer = {
            "",
            "Example:     ./plumb run --url localhost:8000 --concurrency-shape adjustable:8   then ./plumb concurrency 16",
            "Exit codes:  0 changed   2 wrong usage   4 no such load, or it cannot be changed so"
        })
public final class ConcurrencyCommand extends ChangeLoad {

    @Parameters(paramLabel = "N", converter = WholeNumberConverter.class, description = "From now on.")
    private int level;

    @Override
    public Integer call() throws InterruptedException {
        return change("/concurrency", level, "requests at a time");
    }
}
