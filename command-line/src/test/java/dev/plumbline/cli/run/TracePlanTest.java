package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.workload.trace.Replay;
import dev.plumbline.workload.trace.TraceRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TracePlanTest {

    private static final String AZURE = "../scenarios/traces/azure-code-excerpt.csv";
    private static final String SESSIONS = "../scenarios/traces/sessions-example.jsonl";
    private static final String COPILOT = "../scenarios/traces/copilot-example.jsonl";
    private static final String SERVEGEN = "../scenarios/traces/servegen-example";

    private static RunPlan plan(String... flags) {
        return RunPlan.checked("id", CommandLine.populateCommand(new RunOptions(), flags), false);
    }

    @Test
    void aTraceIsALoadThatEndsWithItsLastRow() {
        RunPlan plan = plan("--trace", AZURE, "--speed", "2");
        assertThat(plan.loadPoint().key()).isEqualTo("t-azure-code-excerptx2.0");
        assertThat(plan.duration()).isEmpty();
        assertThat(plan.isEndless()).isFalse();
        assertThat(plan.requestCount()).hasValue(150);
        assertThat(plan.warmup()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aTraceBySessionHasSessionsAtATimeAndNoWarmUp() {
        RunPlan plan =
                plan("--trace", SESSIONS, "--trace-mode", "session", "--concurrency", "8", "--trace-name", "talks");
        assertThat(plan.loadPoint().key()).isEqualTo("t-talksx1.0-s8");
        assertThat(plan.warmup()).isZero();
    }

    @Test
    void classesOfATraceAreMeasuredApartUnlessSomebodySaysNo() {
        assertThat(plan("--trace", SERVEGEN).parts())
                .extracting(part -> part.requestClass().orElseThrow())
                .containsExactly("client-1", "client-0");
        assertThat(plan("--trace", COPILOT, "--trace-class", "initiator_type").parts())
                .extracting(part -> part.requestClass().orElseThrow())
                .containsExactly("user", "agent");
        assertThat(plan("--trace", COPILOT, "--trace-class", "none").parts()).isEmpty();
        assertThat(plan("--trace", AZURE).parts()).isEmpty();
        assertThat(plan("--mix", "chat=1,rag=2").parts()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--request-rate 5 --trace " + AZURE + " | --request-rate | excludes --trace",
                "--duration 60s --trace " + AZURE + " | --duration | --trace-duration takes a part",
                "--request-count 5 --trace " + AZURE + " | --request-count | --trace-rows takes fewer",
                "--concurrency 5 --trace " + AZURE + " | --concurrency | use --trace-mode session",
                "--burstiness 2 --trace " + AZURE + " | --burstiness | excludes --trace",
                "--speed 0 --trace " + AZURE + " | --speed | is 0.0, allowed is 0.001 to 10000",
                "--trace-rows 0 --trace " + AZURE + " | --trace-rows | is 0, allowed is 1 to 200000",
                "--trace-name A --trace " + AZURE + " | --trace-name | lower-case letters",
                "--trace-class team --trace " + COPILOT + " | --trace | no row has 'team', which --trace-class names",
                "--trace-class team --trace " + SERVEGEN + " | --trace | have only a 'client'",
                "--trace ../scenarios | --trace | a folder without ServeGen's chunk-N-trace.csv",
                "--concurrency 0 --trace-mode session --trace " + SESSIONS
                        + " | --concurrency | is 0, allowed is 1 to 100000",
                "--speed 2 | --speed | is of a trace: name one with --trace",
                "--trace-mode session | --trace-mode | is of a trace",
                "--idle-gap-cap 5s | --idle-gap-cap | is of a trace",
                "--trace-rows 5 | --trace-rows | is of a trace",
                "--trace-from 5s | --trace-from | is of a trace",
                "--trace-duration 5s | --trace-duration | is of a trace",
                "--trace-class none | --trace-class | is of a trace",
                "--trace-name x | --trace-name | is of a trace",
                "--trace none.csv | --trace | none.csv does not exist: check the path",
                "--trace ../scenarios/chat.yaml | --trace | chat.yaml:1: no trace that is known has the columns",
                "--trace " + SESSIONS + " | --trace | replay it by session with --trace-mode session",
                "--shape ramp:1..5/9s --trace " + AZURE + " | --shape | excludes --trace",
                "--concurrency-shape ramp:1..5/9s --trace " + AZURE + " | --concurrency-shape | excludes --trace",
                "--share 1/2 --trace " + AZURE + " | --share | one producer replays a trace",
                "--warmup-until-steady --trace " + AZURE + " | --warmup-until-steady | use --warmup-duration",
                "--cooldown 5s --trace " + AZURE + " | --cooldown | nothing is due behind its last row",
                "--max-tokens-total 100 --trace " + AZURE + " | --max-tokens-total | nothing would be measured",
            })
    void whatCannotBeIsRefusedBeforeAnyLoad(String flags, String option, String why) {
        assertThatThrownBy(() -> plan(flags.split(" "))).isInstanceOfSatisfying(RunPlan.Wrong.class, wrong -> {
            assertThat(wrong.option()).isEqualTo(option);
            assertThat(wrong).hasMessageContaining(why).hasMessageNotContaining("\n");
        });
    }

    @Test
    void theContextOfTheModelIsAskedOnceItIsKnown() {
        TracePlan trace = plan("--trace", AZURE).trace().orElseThrow();
        assertThat(trace.refusal(OptionalLong.of(2_000)).orElseThrow())
                .startsWith(AZURE + ": ")
                .contains("context of 2,000 tokens");
        assertThat(trace.refusal(OptionalLong.of(100_000))).isEmpty();
    }

    @Test
    void eventsAreHeldAgainstTheRowsThatTheyName() {
        Replay replay = plan("--trace", AZURE).trace().orElseThrow().replay();
        TraceTally tally = new TraceTally(replay);
        for (int row = 0; row < 150; row++) {
            tally.add(event(row, replay.trace().rows().get(row), row == 7 ? 60_000_000 : 1_000_000));
        }
        tally.add(event(150, replay.trace().rows().getFirst(), 0));
        Replayed replayed = tally.replayed();
        assertThat(replayed.rows()).isEqualTo(150);
        assertThat(replayed.sent()).isEqualTo(150);
        assertThat(replayed.strangers()).isEqualTo(1);
        assertThat(replayed.late()).isEqualTo(1);
        assertThat(replayed.lagP50Nanos()).hasValue(1_000_000);
        assertThat(replayed.lagMaxNanos()).hasValue(60_000_000);
        assertThat(replayed.promptShare()).hasValue(1);
        assertThat(replayed.invalid()).as("one of 150 is late").isEmpty();
        assertThat(TraceTally.lines(replayed)).last().asString().startsWith("valid");
    }

    private static RequestEvent event(long ordinal, TraceRow row, long lagNanos) {
        Asked asked = new Asked(
                OptionalLong.of(ordinal), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        return new RequestEvent(
                new Origin("run-id", 1, ordinal + 1),
                new Series(new ComparisonGroup("t", "m", "s", LoadPoint.parse("t-ax1.0"), "default"), "stable"),
                new Attempt("r-" + ordinal, 1, Optional.empty(), Optional.of(asked)),
                1_795_345_260_123L,
                new Stamps(
                        0,
                        OptionalLong.of(0),
                        OptionalLong.of(lagNanos),
                        OptionalLong.of(lagNanos + 1),
                        OptionalLong.of(lagNanos + 1),
                        OptionalLong.of(lagNanos + 2),
                        OptionalLong.of(lagNanos + 2),
                        OptionalLong.of(lagNanos + 2),
                        lagNanos + 3),
                new Response(
                        true,
                        1,
                        Histogram.empty(),
                        new Tokens(
                                Optional.of(new TokenCount(row.promptTokens(), TokenSource.SERVER_USAGE)),
                                Optional.of(new TokenCount(row.outputTokens(), TokenSource.SERVER_USAGE)),
                                Optional.empty(),
                                Optional.empty())),
                new Outcome.Completed("stop"),
                Surroundings.unknown("a test"));
    }

    @Test
    void theFlagsOfATraceStandTogetherInTheHelp() {
        assertThat(List.of("--trace", "--trace-mode", "--speed", "--idle-gap-cap", "--trace-from", "--trace-duration"))
                .allMatch(flag ->
                        new CommandLine(new RunOptions()).getCommandSpec().findOption(flag) != null);
    }
}
