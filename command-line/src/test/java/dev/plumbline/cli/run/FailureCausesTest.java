package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome.Failed;
import dev.plumbline.judgement.result.RunTotals.Cause;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FailureCausesTest {

    private final FailureCauses causes = new FailureCauses();

    @Test
    void nothingFailedHasNoCause() {
        assertThat(causes.causes()).isEmpty();
    }

    @Test
    void theMostFrequentWordsOfTheMostFrequentKindComeFirst() {
        causes.add(Failed.of(FailureKind.CONNECT, "refused"));
        causes.add(Failed.of(FailureKind.HTTP_5XX, "out of memory"));
        causes.add(Failed.of(FailureKind.HTTP_5XX, "out of memory"));
        causes.add(Failed.of(FailureKind.HTTP_5XX, "bad gateway"));

        assertThat(causes.causes())
                .containsExactly(
                        new Cause(FailureKind.HTTP_5XX, 3, Optional.of("out of memory")),
                        new Cause(FailureKind.CONNECT, 1, Optional.of("refused")));
        assertThat(causes.causes().getFirst().text()).isEqualTo("HTTP_5XX 3 (out of memory)");
    }

    @Test
    void aStatusIsAWordWhereTheServerHadNone() {
        causes.add(new Failed(FailureKind.REJECTED, OptionalLong.of(429), OptionalLong.empty(), Optional.empty()));

        assertThat(causes.causes().getFirst().words()).hasValue("status 429");
    }

    @Test
    void textsThatAreAllDifferentAreCountedAndNotKept() {
        for (int i = 0; i < 1_000; i++) {
            causes.add(Failed.of(FailureKind.MALFORMED, "at byte " + i));
        }

        assertThat(causes.causes()).singleElement().satisfies(cause -> {
            assertThat(cause.count()).isEqualTo(1_000);
            assertThat(cause.words()).isPresent();
        });
    }
}
