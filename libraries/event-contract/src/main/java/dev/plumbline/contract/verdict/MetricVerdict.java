package dev.plumbline.contract.verdict;

import java.util.Objects;
import java.util.Optional;

/** One metric of one window, judged. Effect and evidence are absent where there was nothing to compare. */
public record MetricVerdict(
        JudgedMetric metric, Verdict verdict, Optional<Effect> effect, Optional<Evidence> evidence) {

    public MetricVerdict {
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(effect, "effect");
        Objects.requireNonNull(evidence, "evidence");
    }
}
