package dev.plumbline.contract.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SeriesTest {

    private static ComparisonGroup group(String target, String model) {
        return new ComparisonGroup(target, model, "chat", LoadPoint.parse("c8"), "default");
    }

    @Test
    void partitionOfAGroupIsFixedForEver() {
        ComparisonGroup group = group("vllm", "llama");
        assertThat(group.key()).isEqualTo("vllm|llama|chat|c8|default");
        assertThat(GroupPartitioner.partitionOf(group, 0, 1)).isZero();
        assertThat(GroupPartitioner.partitionOf(group, 0, 12)).isEqualTo(9);
        assertThat(GroupPartitioner.partitionOf(group, 1, 12)).isEqualTo(10);
        assertThat(GroupPartitioner.partitionOf(group("sglang", "llama"), 0, 12))
                .isEqualTo(2);
    }

    @Test
    void groupsSpreadOverPartitions() {
        int[] groups = new int[8];
        for (int i = 0; i < 8_000; i++) {
            groups[GroupPartitioner.partitionOf(group("target-" + i, "m"), 0, 8)]++;
        }
        assertThat(java.util.Arrays.stream(groups).boxed()).allMatch(count -> count > 800 && count < 1_200);
    }

    @Test
    void keysDifferWheneverTheGroupsDiffer() {
        Set<String> keys = new HashSet<>();
        for (String target : new String[] {"a", "a|b", "a\\", "a\\p", "a@b", "b"}) {
            for (String model : new String[] {"b|c", "c", "|", "@", "\\a"}) {
                keys.add(new Series(group(target, model), "stable").key());
                keys.add(new Series(group(target, model), "stable@b").key());
            }
        }
        assertThat(keys).hasSize(60);
    }

    @Test
    void aLaneReadsBackAndWhatIsNoneDoesNot() {
        for (String text : new String[] {"a", "a|b", "a\\", "a@b"}) {
            Series series = new Series(group(text, "m"), text);
            assertThat(Series.ofLane(series.lane())).contains(series);
        }
        for (String text : new String[] {"", "chat@stable", "a|b|c|c8@stable", "a|b|c|c8|d", "|b|c|c8|d@stable"}) {
            assertThat(Series.ofLane(text)).as(text).isEmpty();
        }
    }

    @Test
    void whatIsComparedIsAGroupUnderItsConditions() {
        String digest = ConditionsDigest.of(Map.of("gpu", "H200"));
        Series known = new Series(group("a", "m"), "canary", Optional.of(digest));
        assertThat(known.comparison()).isEqualTo("a|m|chat|c8|default#" + digest);
        assertThat(new Series(known.group(), "stable").comparison())
                .isEqualTo(known.group().key());
    }

    @Test
    void loadPointReadsBackWhatItWrites() {
        for (String key : new String[] {
            "c1", "c1000000", "r20", "r0.5", "r0.000001", "r1000000", "r20-constant", "r20-poisson", "r0.5-gamma0.25"
        }) {
            assertThat(LoadPoint.parse(key).key()).isEqualTo(key);
        }
        assertThat(LoadPoint.parse("r20.0").key()).isEqualTo("r20");
        for (String wrong : new String[] {
            "",
            "8",
            "c",
            "c0",
            "c-1",
            "cx",
            "rNaN",
            "r0",
            "rInfinity",
            "x",
            "X8",
            "r20-",
            "r20-gamma0",
            "r20-x y",
            "t|8"
        }) {
            assertThatThrownBy(() -> LoadPoint.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTraceIsALoadPoint() {
        LoadPoint open = new LoadPoint.Trace("azure-code", 2, OptionalInt.empty());
        LoadPoint sessions = new LoadPoint.Trace("agents.v2x1.0", 0.25, OptionalInt.of(8));
        assertThat(open.key()).isEqualTo("t-azure-codex2.0");
        assertThat(sessions.key()).isEqualTo("t-agents.v2x1.0x0.25-s8");
        assertThat(LoadPoint.parse(open.key())).isEqualTo(open);
        assertThat(LoadPoint.parse(sessions.key())).isEqualTo(sessions);
        assertThat(new LoadPoint.Other(sessions.key()).key())
                .as("what a reader makes of it that knows no traces")
                .isEqualTo(sessions.key());
        for (String later : new String[] {"t-a", "t-ax1", "t-ax1.0-w3", "t-ax1.0-s8-w3"}) {
            assertThat(LoadPoint.parse(later)).isEqualTo(new LoadPoint.Other(later));
        }
        assertThatThrownBy(() -> new LoadPoint.Trace("Azure", 1, OptionalInt.empty()))
                .hasMessageContaining("Azure");
        assertThatThrownBy(() -> new LoadPoint.Trace("a", 0, OptionalInt.empty()))
                .hasMessageContaining("speed 0");
        assertThatThrownBy(() -> LoadPoint.parse("t-ax1.0-s0")).hasMessageContaining("0 sessions");
    }

    @Test
    void aLoadPointOfALaterVersionIsKeptApartByItsKey() {
        assertThat(LoadPoint.parse("t-azure-code.x1")).isEqualTo(new LoadPoint.Other("t-azure-code.x1"));
        assertThat(LoadPoint.parse("r20-bursts5")).isEqualTo(new LoadPoint.OpenLoop(20, new Arrivals.Other("bursts5")));
    }

    @Test
    void aStrandIsReadBack() {
        String digest = ConditionsDigest.of(Map.of("gpu", "H200"));
        for (String variant : new String[] {"stable", "a@b", "a@" + digest, "|", "\\a", "\\"}) {
            for (Series series : List.of(
                    new Series(group("t", "m"), variant), new Series(group("t", "m"), variant, Optional.of(digest)))) {
                assertThat(Series.ofStrand(series.group(), series.strand())).isEqualTo(series);
            }
        }
    }

    @Test
    void conditionsAreInTheKeyOfTheSeriesAndNotOfTheGroup() {
        Series plain = new Series(group("t", "m"), "stable");
        Series under = new Series(
                group("t", "m"), "stable", Optional.of(ConditionsDigest.of(Map.of("gpu", "H200", "isl", "64"))));
        assertThat(under.key()).startsWith(plain.key()).isNotEqualTo(plain.key());
        assertThat(under.lane()).isEqualTo(plain.key());
        assertThat(under.group().key()).isEqualTo(plain.group().key());
        assertThatThrownBy(() -> new Series(group("t", "m"), "stable", Optional.of("H200")))
                .hasMessageContaining("H200");
    }

    @Test
    void aDigestIsOfTheValuesAndNotOfHowTheyAreWrittenTogether() {
        assertThat(ConditionsDigest.of(Map.of("a", "1", "b", "2")))
                .isEqualTo(ConditionsDigest.of(new TreeMap<>(Map.of("b", "2", "a", "1"))))
                .isNotEqualTo(ConditionsDigest.of(Map.of("a", "2", "b", "1")))
                .isNotEqualTo(ConditionsDigest.of(Map.of("a", "1b2")));
        assertThat(ConditionsDigest.of(Map.of("a1", "b"))).isNotEqualTo(ConditionsDigest.of(Map.of("a", "1b")));
    }

    @Test
    void blankAndEndlessLabelsAreRefusedByName() {
        assertThatThrownBy(() -> group(" ", "m")).hasMessageContaining("target");
        assertThatThrownBy(() -> group("t", "m".repeat(201)))
                .hasMessageContaining("model")
                .hasMessageContaining("201");
    }
}
