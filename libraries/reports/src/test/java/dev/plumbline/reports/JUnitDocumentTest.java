package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.reports.SampleRuns.Sample;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class JUnitDocumentTest {

    @ParameterizedTest
    @MethodSource("dev.plumbline.reports.SampleRuns#all")
    void theCountsAreThoseOfTheCases(Sample sample) throws Exception {
        Document document = parse(sample);
        Element suite = element(document, "testsuites");

        assertThat(suite.getAttribute("tests")).isEqualTo(count(document, "testcase"));
        assertThat(suite.getAttribute("failures")).isEqualTo(count(document, "failure"));
        assertThat(suite.getAttribute("skipped")).isEqualTo(count(document, "skipped"));
        assertThat(suite.getAttribute("errors")).isEqualTo(count(document, "error"));
        assertThat(document.getElementsByTagName("testcase").getLength())
                .isEqualTo(sample.verdict().allFindings().size()
                        + sample.verdict().series().size()
                        + 1);
    }

    @Test
    void eachSeriesOfSeveralIsASuiteWithACaseForEachMetric() throws Exception {
        Document document = parse(SampleRuns.mixed());

        assertThat(names(document, "testsuite"))
                .containsExactly(
                        "plumb run vllm-a100 llama-3.1-8b-instruct chat c8",
                        "plumb run vllm-a100 llama-3.1-8b-instruct chat c8, chat",
                        "plumb run vllm-a100 llama-3.1-8b-instruct chat c8, rag <long>",
                        "plumb run vllm-a100 llama-3.1-8b-instruct chat c8, code");
        assertThat(names(document, "testcase"))
                .containsExactly(
                        "the run ended as planned",
                        "chat: it was measured",
                        "chat: p50(ttft)",
                        "rag <long>: it was measured",
                        "rag <long>: p95(ttft)<9s",
                        "rag <long>: p50(ttft)",
                        "code: it was measured",
                        "code: p50(tpot)");
        assertThat(element(document, "failure").getAttribute("message"))
                .startsWith("rag <long>: p50(ttft): worse by 10 %");
        assertThat(element(document, "testsuites").getAttribute("failures")).isEqualTo("1");
        assertThat(element(document, "testsuites").getAttribute("skipped")).isEqualTo("1");
    }

    private static List<String> names(Document document, String element) {
        NodeList found = document.getElementsByTagName(element);
        return IntStream.range(0, found.getLength())
                .mapToObj(at -> ((Element) found.item(at)).getAttribute("name"))
                .toList();
    }

    @Test
    void aRegressionIsAFailureAndNotKnowingIsSkipped() throws Exception {
        Document document = parse(SampleRuns.regression());

        assertThat(element(document, "testsuite").getAttribute("time")).isEqualTo("606.000");
        assertThat(count(document, "failure")).isEqualTo("4");
        assertThat(element(document, "failure").getAttribute("message"))
                .isEqualTo("p95(ttft)<500ms: 62 ms above the limit, interval included");
        assertThat(element(document, "failure").getTextContent()).contains("now: 562 ms", "limit: 500 ms");
        assertThat(element(document, "skipped").getAttribute("message"))
                .isEqualTo("cannot tell: the baseline counted too few requests; 500 more would do");
    }

    @Test
    void aBrokenRunIsAnErrorAndAnInterruptedOneIsSkipped() throws Exception {
        assertThat(element(parse(SampleRuns.onlyFailures()), "error").getAttribute("message"))
                .startsWith("every request");
        assertThat(element(parse(SampleRuns.empty()), "skipped").getAttribute("message"))
                .isEqualTo("interrupted before its end");
    }

    @Test
    void aRunThatIsUndecidedForAReasonThatNoFindingTellsIsSkippedAndOneOfWhichNothingSucceededIsAnError()
            throws Exception {
        Sample sample = SampleRuns.notStreamed();
        assertThat(element(parse(judged(sample, Decision.INCONCLUSIVE)), "skipped")
                        .getAttribute("message"))
                .isEqualTo("the reason");
        assertThat(element(parse(judged(sample, Decision.FAILED)), "error").getAttribute("message"))
                .isEqualTo("the reason");
        assertThat(parse(judged(sample, Decision.NOT_JUDGED))
                        .getElementsByTagName("error")
                        .getLength())
                .isZero();
    }

    private static Sample judged(Sample sample, Decision decision) {
        return new Sample(sample.result(), new RunVerdict(decision, "the reason", Optional.empty(), List.of()));
    }

    private static Document parse(Sample sample) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(JUnitDocument.of(sample.story())));
    }

    private static Element element(Document document, String name) {
        return (Element) document.getElementsByTagName(name).item(0);
    }

    private static String count(Document document, String name) {
        return Integer.toString(document.getElementsByTagName(name).getLength());
    }
}
