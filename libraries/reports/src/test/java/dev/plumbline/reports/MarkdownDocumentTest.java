package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.reports.SampleRuns.Sample;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MarkdownDocumentTest {

    @Test
    void headlineReasonsAndPercentilesComeInThisOrder() {
        String text = text(SampleRuns.regression());

        assertThat(text)
                .startsWith("### Regression: p50(tpot) +33.1 %")
                .containsSubsequence(
                        "held against `20261124T201503Z-k3f9`",
                        "| fail | p95(ttft)&lt;500ms | 562 ms | 500 ms | 541 to 588 ms |",
                        "| fail | p50(tpot) | 27.9 ms | 21.0 ms | +33.1 % (+31.0 % to +35.2 %) |",
                        "| image | vllm/vllm-openai:v0.11.0 | vllm/vllm-openai:v0.10.2 |",
                        "| ms | count | mean | p50 | p90 | p95 | p99 | p99.9 | max |",
                        "| ttft | 4,720 |",
                        "- requests: 5,090 completed",
                        "| subject | image | vllm/vllm-openai:v0.11.0 |");
    }

    @Test
    void seriesStandSideBySideAndThoseThatPassAreFolded() {
        assertThat(text(SampleRuns.mixed()))
                .containsSubsequence(
                        "### Regression: rag &lt;long&gt;: p50(ttft) +38.0 %",
                        "| series | verdict | completed | failed | TTFT p50 ms | p95 | TPOT p50 ms | e2e p95 ms | req/s | goodput |",
                        "| chat | pass | 1,200 |",
                        "| rag &lt;long&gt; | regression | 840 |",
                        "| code | cannot tell | 480 |",
                        "<details><summary>chat: pass: no regression",
                        "| pass | p50(ttft) |",
                        "</details>",
                        "**rag &lt;long&gt;: regression: p50(ttft) +38.0 %",
                        "| fail | p50(ttft) |",
                        "**code: cannot tell: p50(tpot) unknown**",
                        "| series batch | gone | measured |",
                        "All series together:");
        assertThat(text(SampleRuns.regression())).doesNotContain("series");
    }

    @Test
    void partsThatWereGoneAreToldInOneLine() {
        assertThat(text(SampleRuns.withOutages(SampleRuns.regression())))
                .contains("\n- of the local stack the broker was gone 2 times, 20.0 s; the producer was gone once,");
        assertThat(text(SampleRuns.regression())).doesNotContain("gone");
    }

    @Test
    void everyRowOfATableHasTheCellsOfItsHead() {
        for (Sample sample : SampleRuns.all()) {
            int columns = 0;
            for (String line : text(sample).lines().toList()) {
                int cells = line.startsWith("|") ? line.replaceAll("\\\\.", "").split("\\|", -1).length : 0;
                if (cells > 0 && columns > 0) {
                    assertThat(cells).as(line).isEqualTo(columns);
                }
                columns = cells;
            }
        }
    }

    @Test
    void nothingFromOutsideIsMarkup() {
        String outsideOfCode = text(SampleRuns.hostile()).replace("\\`", "").replaceAll("`[^`\n]*`", "");

        assertThat(outsideOfCode)
                .doesNotContain("<script", "<img", "@all", "\u0007")
                .doesNotContainPattern("(?<!\\\\)\\]\\(http")
                .contains("&lt;script&gt;");
    }

    @Test
    void tokensThatAreChunksAndTheServersWordsAreTold() {
        assertThat(text(SampleRuns.countedInChunks(SampleRuns.regression())))
                .contains(" output chunks/s\n")
                .contains(
                        "- output tokens: chunks, not tokens, in all 120 completed requests: the server's counts cannot be true")
                .contains("STREAM\\_ERROR 7 (out of &lt;b&gt;memory&lt;/b&gt;)");
        assertThat(text(SampleRuns.regression())).doesNotContain("chunks");
    }

    private static String text(Sample sample) {
        return new String(MarkdownDocument.of(sample.story()), StandardCharsets.UTF_8);
    }
}
