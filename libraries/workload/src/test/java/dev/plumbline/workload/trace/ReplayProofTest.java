package dev.plumbline.workload.trace;

import static dev.plumbline.workload.trace.Traces.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReplayProofTest {

    private static ReplayProof.Asked asked(long lagNanos, long prompt, long output) {
        return new ReplayProof.Asked(
                OptionalLong.of(lagNanos),
                true,
                OptionalLong.of(prompt),
                OptionalLong.of(output),
                OptionalLong.empty());
    }

    private static ReplayProof.Asked unsent() {
        return new ReplayProof.Asked(
                OptionalLong.empty(), false, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    private static ReplayProof all(Trace trace, long lagNanos, double outputs, int from) {
        ReplayProof proof = new ReplayProof(Replay.open(trace));
        for (int row = from; row < trace.rows().size(); row++) {
            TraceRow of = trace.rows().get(row);
            proof.add(row, 1, asked(lagNanos, of.promptTokens(), Math.round(of.outputTokens() * outputs)));
        }
        return proof;
    }

    @Test
    void aReplayThatWasTheTraceIsValid() throws BadTrace {
        ReplayProof.Result result =
                all(Traces.read("azure-code-excerpt.csv"), MILLI, 1, 0).result();
        assertThat(result.invalid()).isEmpty();
        assertThat(result.sent()).isEqualTo(60);
        assertThat(result.promptShare()).hasValue(1);
        assertThat(result.sameOutputShare()).hasValue(1);
        assertThat(result.structureShare()).as("it has none").isEmpty();
        assertThat(result.lag().orElseThrow()).isEqualTo(new ReplayProof.Lag(MILLI, MILLI, MILLI, 0));
    }

    @Test
    void lateSendsMakeItInvalid() throws BadTrace {
        assertThat(all(Traces.read("azure-code-excerpt.csv"), 51 * MILLI, 1, 0)
                        .result()
                        .invalid()
                        .orElseThrow())
                .startsWith("100.0 % of the requests were sent more than 50 ms late");
    }

    @Test
    void rowsThatWereNotSentMakeItInvalid() throws BadTrace {
        ReplayProof proof = all(Traces.read("azure-code-excerpt.csv"), 0, 1, 1);
        proof.add(0, 1, unsent());
        ReplayProof.Result result = proof.result();
        assertThat(result.sent()).isEqualTo(59);
        assertThat(result.invalid().orElseThrow()).startsWith("1 of 60 rows were not sent");
    }

    @Test
    void answersOfOtherLengthsMakeItInvalid() throws BadTrace {
        ReplayProof.Result result =
                all(Traces.read("azure-code-excerpt.csv"), 0, 0.5, 0).result();
        assertThat(result.invalid().orElseThrow()).contains("--ignore-eos");
        assertThat(result.lines().getLast()).startsWith("INVALID: answers had 5");
    }

    @Test
    void whatWasSentOfThePrefixesIsTold() throws BadTrace {
        Trace trace = Traces.of("""
                {"timestamp":0,"input_length":1024,"output_length":1,"hash_ids":[1,2]}
                {"timestamp":1,"input_length":1024,"output_length":1,"hash_ids":[1,2]}
                {"timestamp":2,"input_length":1024,"output_length":1,"hash_ids":[1,3]}
                """);
        ReplayProof proof = new ReplayProof(Replay.open(trace));
        proof.add(
                0,
                1,
                new ReplayProof.Asked(
                        OptionalLong.of(0), true, OptionalLong.of(1024), OptionalLong.of(1), OptionalLong.of(0)));
        proof.add(
                2,
                1,
                new ReplayProof.Asked(
                        OptionalLong.of(0), true, OptionalLong.of(1024), OptionalLong.of(1), OptionalLong.of(512)));
        ReplayProof.Result result = proof.result();
        assertThat(result.structureShare()).hasValue(512.0 / 1536);
        assertThat(result.expectedHitShare()).hasValue(512.0 / 2048);
        assertThat(result.realisedHitShare()).hasValue(512.0 / 2048);
    }

    @Test
    void aStrangerOrASecondTimeIsNoRow() throws BadTrace {
        ReplayProof proof = all(Traces.read("azure-code-excerpt.csv"), 0, 1, 0);
        proof.add(0, 1, asked(0, 1, 1));
        proof.add(60, 1, asked(0, 1, 1));
        proof.add(-1, 1, asked(0, 1, 1));
        proof.add(3, 2, asked(0, 1, 1));
        assertThat(proof.result().strangers()).isEqualTo(4);
        assertThat(proof.result().sent()).isEqualTo(60);
    }

    @Test
    void turnsOfASessionAreItsRows() throws BadTrace {
        ReplayProof proof =
                new ReplayProof(new Replay(Traces.read("weka.json"), Replay.Mode.SESSION, 1, OptionalLong.empty()));
        proof.add(0, 1, asked(0, 128, 12));
        proof.add(0, 2, asked(0, 200, 30));
        proof.add(1, 1, asked(0, 64, 5));
        proof.add(2, 1, asked(0, 70, 9));
        assertThat(proof.result().sent()).isEqualTo(4);
        assertThat(proof.result().promptShare()).hasValue(1);
        assertThat(proof.result().structureShare()).hasValue(1);
    }
}
