package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The words are what producers said. */
class RefusedSettingTest {

    private static final List<String> GIVEN = List.of("plumbline.load.concurency", "plumbline.timeouts.total");

    @Test
    void aSettingThatDoesNotExistIsNamed() {
        assertThat(RefusedSetting.of(
                        "the producer does not take its settings: load-producer: Configuration validation failed:;"
                                + " SRCFG00050: plumbline.load.concurency in PropertiesConfigSource[source=file:/x]:6 does"
                                + " not map to a...",
                        GIVEN))
                .hasValueSatisfying(refused -> {
                    assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(refused)
                            .hasMessage(
                                    "--set plumbline.load.concurency is no setting of the load producer: docs/apps.md"
                                            + " lists them");
                });
    }

    @Test
    void aValueThatIsNotTakenIsNotRepeated() {
        assertThat(RefusedSetting.of(
                        "the producer does not take its settings: load-producer: Configuration validation failed:;"
                                + " java.lang.IllegalArgumentException: SRCFG00039: The config property"
                                + " plumbline.timeouts.total with the config value \"S3CR3T\" threw an Exception",
                        GIVEN))
                .hasValueSatisfying(refused -> assertThat(refused.getMessage())
                        .startsWith("--set plumbline.timeouts.total has a value that the load producer does not take")
                        .doesNotContain("S3CR3T"));
    }

    @Test
    void whatTheProducerSaysInItsOwnWordsStays() {
        assertThat(RefusedSetting.of("the producer: plumbline.timeouts.total = 0s is outside 1ms to 1d", GIVEN))
                .hasValueSatisfying(refused ->
                        assertThat(refused).hasMessage("--set plumbline.timeouts.total = 0s is outside 1ms to 1d"));
    }

    @Test
    void anotherEndIsNoSettings() {
        assertThat(RefusedSetting.of("the producer ended unexpectedly (exit code 1)", GIVEN))
                .isEmpty();
    }
}
