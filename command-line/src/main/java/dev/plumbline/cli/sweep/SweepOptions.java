package dev.plumbline.cli.sweep;

import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.cli.number.RateConverter;
import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which loads are run. */
final class SweepOptions {

    @Option(
            names = "--over",
            paramLabel = "FLAG=A,B,...",
            description = {
                "What varies: any flag of 'plumb run' with one value, without its dashes, and its values:",
                "concurrency=1,2,4,8   request-rate=5,10,20   isl=128,1024   osl=64,256   model=a,b"
            })
    List<String> over = new ArrayList<>();

    @Option(
            names = "--design",
            defaultValue = "grid",
            paramLabel = "DESIGN",
            description = {
                "grid: every combination of several --over;",
                "one-at-a-time: each over its values, the others at their first one.",
                "Default: ${DEFAULT-VALUE}"
            })
    Design design = Design.GRID;

    @Option(
            names = "--until",
            paramLabel = "GOAL",
            description = {
                "Search the highest load at which this holds, written as a budget: p95(ttft)<500ms.",
                "Several must hold together. With --over, in each of its cells."
            })
    List<String> until = new ArrayList<>();

    @Option(
            names = "--search",
            defaultValue = "concurrency",
            paramLabel = "LOAD",
            description = {"Which load --until searches: concurrency or request-rate.", "Default: ${DEFAULT-VALUE}"})
    Searched search = Searched.CONCURRENCY;

    @Option(
            names = "--from",
            converter = RateConverter.class,
            paramLabel = "LOAD",
            description = {"The first load of that search; it doubles until the goal breaks.", "Default: 1"})
    double from = 1;

    @Option(
            names = "--to",
            converter = RateConverter.class,
            paramLabel = "LOAD",
            description = {"The highest load of that search.", "Default: 1024"})
    double to = 1024;

    @Option(
            names = "--precision",
            defaultValue = "5%",
            converter = ShareConverter.class,
            paramLabel = "SHARE",
            description = {"How near it is searched.", "Default: 5%%"})
    double precision = 0.05;

    @Option(
            names = "--repeat",
            defaultValue = "1",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"Runs of each point of --over, round by round.", "Default: ${DEFAULT-VALUE}"})
    int repeat = 1;

    @Option(
            names = "--longer",
            defaultValue = "4",
            converter = DecimalConverter.class,
            paramLabel = "FACTOR",
            description = {
                "How much longer a point of the search may last that cannot be told.",
                "Default: ${DEFAULT-VALUE}"
            })
    double longer = 4;

    /** Named as users write it. */
    enum Design {
        GRID("grid"),
        ONE_AT_A_TIME("one-at-a-time");

        private final String word;

        Design(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Named as users write it. */
    enum Searched {
        CONCURRENCY("concurrency"),
        REQUEST_RATE("request-rate");

        private final String word;

        Searched(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Empty where a sweep has no search. */
    @Nullable
    Searched searched() {
        return until.isEmpty() ? null : search;
    }
}
