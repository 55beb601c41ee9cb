package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.TargetAddress.Wanted;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The list is the probe, and the table for people shows that list. */
class ProbeStepsTest {

    private static final TargetAddress KNOWN_API = TargetAddress.of("localhost:8000");
    private static final TargetAddress DESCRIBED_API = KNOWN_API.with(new Wanted(
            Optional.of(EndpointType.GENERIC),
            Optional.of(new GenericTarget(
                    "POST",
                    "{\"ask\":\"{{prompt}}\"}",
                    GenericTarget.Framing.SSE,
                    "/text",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "/error")),
            Optional.empty(),
            Optional.empty()));

    private static List<ProbeStep> steps(TargetAddress address, boolean withAnswer) {
        return ProbeSteps.of(Probing.offline(address), new GpuTool(""), withAnswer);
    }

    private static Stream<List<ProbeStep>> everyList() {
        return Stream.of(KNOWN_API, DESCRIBED_API)
                .flatMap(address -> Stream.of(steps(address, true), steps(address, false)));
    }

    @ParameterizedTest
    @MethodSource("everyList")
    void everyStepIsThereOnceAndInItsPlace(List<ProbeStep> steps) {
        assertThat(steps).extracting(ProbeStep::step).containsExactly(Step.values());
    }

    @ParameterizedTest
    @MethodSource("everyList")
    void aStepNeedsOnlyWhatComesBeforeIt(List<ProbeStep> steps) {
        Set<Step> before = EnumSet.noneOf(Step.class);
        for (ProbeStep step : steps) {
            assertThat(before)
                    .as("before %s", step.step())
                    .containsAll(step.needs().steps());
            before.add(step.step());
        }
    }

    @Test
    void theTableInTheDocumentationIsTheList() throws IOException {
        List<String> wanted = steps(KNOWN_API, true).stream()
                .map(step -> step.step().label() + " needs "
                        + step.needs().steps().stream()
                                .sorted()
                                .map(Step::label)
                                .collect(Collectors.joining(" and ")))
                .toList();

        assertThat(rowsOf(Path.of(System.getProperty("plumbline.home")).resolve("docs/check.md")))
                .containsExactlyElementsOf(wanted);
    }

    /** Rows of the table whose first two columns are step and needs. */
    private static List<String> rowsOf(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .dropWhile(line -> !line.startsWith("| step | needs |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|", -1))
                .map(cells -> cells[1].strip() + " needs " + cells[2].strip())
                .toList();
    }
}
