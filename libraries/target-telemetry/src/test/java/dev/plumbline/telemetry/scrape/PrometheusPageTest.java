package dev.plumbline.telemetry.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.telemetry.scrape.PrometheusPage.Labelling;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrometheusPageTest {

    private static double only(PrometheusPage page, String name) {
        assertThat(page.values(name)).as(name).hasSize(1);
        return page.values(name).get(0).number();
    }

    @Test
    void readsNamesLabelsAndNumbersInEveryFormThatTheFormatAllows() {
        PrometheusPage page = PrometheusPage.parse("""
                # HELP a b
                # TYPE a gauge
                plain 1
                exponent 1.5e3
                negative -2
                signed +3
                stamped 4 1795345260123
                blank_labels { } 5
                labels{ a = "x" , b="y",} 6
                escaped{a="q\\"u\\\\o\\nt}e"} 7
                exemplar_total{a="b"} 8 # {trace_id="t"} 0.5 1.2
                tab	9\r
                vllm:colon 10
                # EOF
                """);
        assertThat(only(page, "plain")).isEqualTo(1);
        assertThat(only(page, "exponent")).isEqualTo(1500);
        assertThat(only(page, "negative")).isEqualTo(-2);
        assertThat(only(page, "signed")).isEqualTo(3);
        assertThat(only(page, "stamped")).isEqualTo(4);
        assertThat(only(page, "blank_labels")).isEqualTo(5);
        assertThat(page.values("labels").get(0).labels())
                .containsEntry("a", "x")
                .containsEntry("b", "y");
        assertThat(page.values("escaped").get(0).label("a")).contains("q\"u\\o\nt}e");
        assertThat(only(page, "exemplar_total")).isEqualTo(8);
        assertThat(only(page, "tab")).isEqualTo(9);
        assertThat(only(page, "vllm_colon")).isEqualTo(10);
        assertThat(only(page, "vllm:colon")).isEqualTo(10);
        assertThat(page.skippedLines()).isZero();
    }

    @Test
    void noNumberIsNoValueAndNonsenseIsCounted() {
        PrometheusPage page = PrometheusPage.parse("""
                nan NaN
                infinite +Inf
                a_bucket{le="1"} 3
                a_created 1.7e9
                1name 3
                novalue
                open{a="b
                word x
                java 1d
                hex 0x10
                <html>
                """);
        assertThat(page.isEmpty()).isTrue();
        assertThat(page.skippedLines()).isEqualTo(7);
    }

    @Test
    void replicasAddUpRanksDoNotAndPartsAreLeftOut() {
        PrometheusPage page = PrometheusPage.parse("""
                r{dp="0",tp="0"} 4
                r{dp="0",tp="1"} 5
                r{dp="1",tp="0"} 2
                r{dp="0",tp="0",prio="7"} 100
                """);
        Labelling labelling = new Labelling(Set.of("tp"), Set.of("prio"));
        assertThat(page.sum(List.of("none", "r"), labelling)).hasValue(7);
        assertThat(page.largest(List.of("r"), labelling)).hasValue(5);
        assertThat(page.sum(List.of("none"), labelling)).isEmpty();
        assertThat(page.sum(List.of("r"), Labelling.plain())).hasValue(111);
        assertThat(PrometheusPage.parse("r{prio=\"1\"} 1\nr{prio=\"2\"} 2").sum(List.of("r"), labelling))
                .as("parts without a whole are all there is")
                .hasValue(3);
    }

    @Test
    void aPageOfVllmIsReadWithoutASkippedLine() throws IOException {
        PrometheusPage page = PrometheusPage.parse(Resources.text("/engine/vllm-metrics-loaded.prom"));
        assertThat(page.skippedLines()).isZero();
        assertThat(only(page, "vllm:kv_cache_usage_perc")).isEqualTo(0.9411764705882353);
        assertThat(page.values("vllm:cache_config_info").get(0).labels()).hasSizeGreaterThan(30);
        assertThat(page.names()).noneMatch(name -> name.endsWith("_bucket") || name.endsWith("_created"));
    }

    @Test
    void anyTextIsReadWithinBounds() throws IOException {
        String whole = Resources.text("/engine/llamacpp-metrics-loaded.prom");
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            char[] damaged = whole.toCharArray();
            for (int j = 0; j < 40; j++) {
                damaged[random.nextInt(damaged.length)] = (char) (random.nextInt(96) + 32);
            }
            assertThat(PrometheusPage.parse(new String(damaged)).skippedLines()).isNotNegative();
        }
        StringBuilder long_ = new StringBuilder();
        for (int i = 0; i < PrometheusPage.MAX_VALUES + 5; i++) {
            long_.append("x{i=\"").append(i).append("\"} 1\n");
        }
        PrometheusPage page = PrometheusPage.parse(long_ + "y ".repeat(50_000) + "1\n");
        assertThat(page.values("x")).hasSize(PrometheusPage.MAX_VALUES);
        assertThat(page.skippedLines()).isEqualTo(6);
    }
}
