package dev.plumbline.workload.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.workload.OpenedWorkload;
import dev.plumbline.workload.WorkloadFile;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ClassDatasetsTest {

    private static final String FILE =
            "classes:\n  mine: {weight: 1, dataset: mine.jsonl}\n  chat: {weight: 1, isl: 3, osl: 5}\n";

    @Test
    void aClassAsksItsDatasetBesideOthersThatAreDrawn() {
        ClassDatasets datasets = of("{\"prompt\": \"Why is the sky blue?\"}\n");
        OpenedWorkload opened = WorkloadFile.parse("w.yaml", FILE).open(7, datasets);

        Set<String> ofMine = new TreeSet<>();
        for (long ordinal = 0; ordinal < 50; ordinal++) {
            var session = opened.workload().session(ordinal);
            if (session.requestClass().name().equals("mine")) {
                ofMine.add(session.next(Optional.empty()).orElseThrow().ask().text());
            }
        }
        assertThat(ofMine).containsExactly("Why is the sky blue?");
        assertThat(opened.largest().answerTokens()).isGreaterThanOrEqualTo(64);
    }

    /** A condition of comparisons is made of it. */
    @Test
    void anotherContentIsAnotherDigest() {
        ClassDatasets sky = of("{\"prompt\": \"Why is the sky blue?\"}\n");
        ClassDatasets sea = of("{\"prompt\": \"Why is the sea blue?\"}\n");
        WorkloadFile.parse("w.yaml", FILE).open(7, sky);
        WorkloadFile.parse("w.yaml", FILE).open(7, sea);

        assertThat(sky.digests()).containsOnlyKeys("dataset of mine");
        assertThat(sky.digests()).isNotEqualTo(sea.digests());
    }

    @Test
    void whatIsWrongNamesTheLineOfTheClass() {
        ClassDatasets absent = new ClassDatasets((dataset, choice) -> {
            throw new FileNotFoundException(dataset);
        });
        assertThatThrownBy(() -> WorkloadFile.parse("w.yaml", FILE).open(7, absent))
                .hasMessageContaining("w.yaml:2")
                .hasMessageContaining("mine.jsonl");
        assertThatThrownBy(() -> WorkloadFile.parse("w.yaml", FILE).open(7, of("{\"id\": 1}\n")))
                .hasMessageContaining("w.yaml:2");
    }

    @Test
    void whatAnApiCannotBeAskedIsSaidBeforeAnyLoad() {
        ClassDatasets bodies = of("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n");
        WorkloadFile.parse("w.yaml", FILE).open(7, bodies);
        assertThat(bodies.refusal(EndpointType.CHAT)).isEmpty();
        assertThat(bodies.refusal(EndpointType.COMPLETIONS))
                .hasValueSatisfying(why -> assertThat(why).contains("has no \"prompt\""));
    }

    private static ClassDatasets of(String content) {
        return new ClassDatasets((dataset, choice) -> {
            ByteArrayInputStream bytes = new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
            return Dataset.read(dataset, bytes::read, choice);
        });
    }
}
