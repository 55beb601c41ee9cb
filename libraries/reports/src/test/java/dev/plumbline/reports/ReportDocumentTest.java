package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.reports.SampleRuns.Sample;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportDocumentTest {

    @ParameterizedTest
    @MethodSource("dev.plumbline.reports.SampleRuns#all")
    void itIsWellFormedAndNeedsNothingElse(Sample sample) throws Exception {
        Document document = parse(sample);

        assertThat(elements(document, "script")).isEmpty();
        assertThat(elements(document, "img")).isEmpty();
        Set<String> ids = new HashSet<>();
        for (Element element : elements(document, "*")) {
            for (String attribute : List.of("href", "src", "xlink:href", "style", "onload", "onerror", "onclick")) {
                assertThat(element.getAttribute(attribute))
                        .satisfiesAnyOf(
                                value -> assertThat(value).isEmpty(),
                                value -> assertThat(value).isEqualTo("data:,"),
                                value -> assertThat(value).matches("\\./[A-Za-z0-9._-]+|#series-\\d+"));
            }
            if (element.hasAttribute("id")) {
                assertThat(ids.add(element.getAttribute("id")))
                        .as(element.getAttribute("id"))
                        .isTrue();
            }
        }
        assertThat(elements(document, "style").get(0).getTextContent()).doesNotContain("url(", "@import", "<");
        for (Element svg : elements(document, "svg")) {
            if (svg.getAttribute("aria-hidden").isEmpty()) {
                assertThat(svg.getAttribute("role")).isEqualTo("img");
                for (String id : svg.getAttribute("aria-labelledby").split(" ")) {
                    assertThat(ids).contains(id);
                }
            }
        }
    }

    @Test
    void theVerdictComesFirst() throws Exception {
        Document document = parse(SampleRuns.regression());

        assertThat(elements(document, "h1").get(0).getTextContent()).startsWith("p50(tpot)");
        assertThat(elements(document, "h2").stream().map(Element::getTextContent))
                .containsExactly(
                        "Why",
                        "Key figures",
                        "Latency percentiles",
                        "Over time",
                        "How the latencies are spread",
                        "What target and load generator said in the same seconds",
                        "What was measured, and how",
                        "How each number is defined",
                        "Files beside this one");
        assertThat(text(SampleRuns.regression()))
                .contains("A1 fired", "A1 began", "not judged", "its processors were saturated");
    }

    @Test
    void eachSeriesOfSeveralHasARowAndASectionBeforeTheirSum() throws Exception {
        Document document = parse(SampleRuns.mixed());

        assertThat(elements(document, "h2").stream().map(Element::getTextContent))
                .containsExactly(
                        "Series",
                        "chat pass",
                        "rag <long> regression",
                        "code cannot tell",
                        "Key figures, all series together",
                        "Latency percentiles, all series together",
                        "Over time, all series together",
                        "How the latencies are spread",
                        "What target and load generator said in the same seconds",
                        "What was measured, and how",
                        "How each number is defined",
                        "Files beside this one");
        assertThat(elements(document, "a").stream().map(link -> link.getAttribute("href")))
                .contains("#series-1", "#series-2", "#series-3");
        assertThat(text(SampleRuns.mixed()))
                .contains("id=\"series-2-ttft-title\"", ">series batch<", "rag &lt;long&gt;: p95(ttft)&lt;9s")
                .doesNotContain("Nothing was judged");
        assertThat(text(SampleRuns.regression())).doesNotContain("section.series", "all series together");
        itIsWellFormedAndNeedsNothingElse(SampleRuns.canary());
    }

    @Test
    void partsThatWereGoneAreTold() throws Exception {
        Sample sample = SampleRuns.withOutages(SampleRuns.regression());

        assertThat(elements(parse(sample), "h2").stream().map(Element::getTextContent))
                .contains("Parts that were gone");
        assertThat(text(sample))
                .contains(
                        "the broker was gone 2 times, 20.0 s; the producer was gone once, 0.0 s and to the end",
                        "signal 9",
                        "exit code 4",
                        "READY &lt;b&gt;broker&lt;/b&gt;");
        itIsWellFormedAndNeedsNothingElse(sample);
    }

    @Test
    void linesAreBoundedHoweverLongTheRun() throws Exception {
        for (Element path : elements(parse(SampleRuns.longGood()), "path")) {
            assertThat(path.getAttribute("d")
                            .chars()
                            .filter(c -> c == 'L' || c == 'M')
                            .count())
                    .isLessThanOrEqualTo(ReportDocument.MOST_POINTS);
        }
        assertThat(text(SampleRuns.longGood())).hasSizeLessThan(1_000_000);
    }

    @Test
    void aGapIsNotALineThroughIt() throws Exception {
        Element completed = elements(parse(SampleRuns.onlyFailures()), "path").stream()
                .filter(path -> path.getAttribute("class").equals("line b")
                        && path.getAttribute("d").length() > 10)
                .findFirst()
                .orElseThrow();

        assertThat(completed
                        .getAttribute("d")
                        .chars()
                        .filter(c -> c == 'L' || c == 'M')
                        .count())
                .as("the two partial windows of seven have no rate")
                .isEqualTo(5);
    }

    /** Only long answers are left there: as points of a line they would be a target that became slow. */
    @Test
    void whatEndedBehindTheEndOfTheLoadIsCountedAndNotDrawn() throws Exception {
        String text = text(SampleRuns.drained());

        assertThat(text)
                .contains(
                        "7 requests had fallen due before the end of the load and ended behind it: 6 completed, 1 failed",
                        "<th scope=\"row\">after the end</th><td>6</td><td>1</td>")
                .doesNotContain("from 0.00 to");
        List<Element> rows = elements(parse(SampleRuns.drained()), "tr").stream()
                .filter(row -> row.getTextContent().startsWith("after the end"))
                .toList();
        assertThat(rows).singleElement().satisfies(row -> {
            NodeList cells = row.getElementsByTagName("td");
            assertThat(cells.item(6).getTextContent()).as("req/s").isEqualTo("-");
            assertThat(cells.item(7).getTextContent()).as("tok/s").isEqualTo("-");
        });
        assertThat(elements(parse(SampleRuns.drained()), "circle").stream().map(Element::getTextContent))
                .as("a first token took 9 s there")
                .isNotEmpty()
                .noneMatch(point -> point.startsWith("p99 9"));
        assertThat(text(SampleRuns.regression())).doesNotContain("ended behind it", "after the end");
    }

    @Test
    void whatDoesNotExistIsSaidAndNotDrawn() throws Exception {
        assertThat(text(SampleRuns.notStreamed()))
                .contains("Answers were not streamed")
                .doesNotContain("ttft-title");
        assertThat(text(SampleRuns.empty())).contains("No window was closed", "no request ended");
        assertThat(text(SampleRuns.onlyFailures())).contains("Broken off: every request of the last 10 s failed");
    }

    @Test
    void tokensThatAreChunksAndTheServersWordsAreTold() {
        assertThat(text(SampleRuns.countedInChunks(SampleRuns.regression())))
                .contains("Output chunks", "output chunks/s")
                .contains("chunks, not tokens, in all 120 completed requests: the server's counts cannot be true")
                .contains("STREAM_ERROR 7 (out of &lt;b&gt;memory&lt;/b&gt;)");
        assertThat(text(SampleRuns.regression()))
                .contains("Output tokens")
                .doesNotContain("chunks, not tokens", "chunks/s");
    }

    private static List<Element> elements(Document document, String name) {
        NodeList nodes = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static Document parse(Sample sample) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text(sample))));
    }

    private static String text(Sample sample) {
        return new String(ReportDocument.of(sample.story()), StandardCharsets.UTF_8);
    }
}
