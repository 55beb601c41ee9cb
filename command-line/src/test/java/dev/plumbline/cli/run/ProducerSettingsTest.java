package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProducerSettingsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            plumbline.load.grace           | 90s
            plumbline.load.grace           | 1m30s
            plumbline.load.grace           | 500ms
            plumbline.load.grace           | PT2S
            plumbline.load.burstiness      | .5
            plumbline.retry.attempts       | 3
            plumbline.stay                 | TRUE
            plumbline.gpu.source           | nvidia-smi
            plumbline.gpu.url[1]           | http://h:9400
            plumbline.target.headers."X-A" | any
            plumbline.kafka.properties."linger.ms" | 5
            quarkus.log.level              | DEBUG
            """)
    void whatTheProducerTakesPasses(String key, String value) {
        assertThatCode(() -> ProducerSettings.check(Map.of(key, value))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            plumbline.load.grcae       | 5s    | is no setting of the load producer; did you mean plumbline.load.grace?
            plumbline.telepathy        | on    | is no setting of the load producer: docs/apps.md lists them
            plumbline.load             | 5     | is no setting of the load producer
            plumbline.load.grace[0]    | 5s    | is no setting of the load producer; did you mean plumbline.load.grace?
            plumbline.target.headers.  | x     | is no setting of the load producer
            plumbline.load.grace       | s3cret | has a value that it does not take: expected a duration such as 500ms, 30s or 2m
            plumbline.retry.attempts   | 1.5   | has a value that it does not take: expected a whole number
            plumbline.load.burstiness  | much  | has a value that it does not take: expected a number such as 0.5
            plumbline.stay             | maybe | has a value that it does not take: expected true or false
            plumbline.trace.mode       | shut  | has a value that it does not take: expected open or session
            """)
    void whatItDoesNotTakeIsNamedWithoutItsValue(String key, String value, String problem) {
        assertThatThrownBy(() -> ProducerSettings.check(Map.of(key, value)))
                .isInstanceOf(RunPlan.Wrong.class)
                .hasMessageStartingWith(key + ' ' + problem)
                .hasMessageNotContaining("s3cret");
    }
}
