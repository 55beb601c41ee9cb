package dev.plumbline.producer;

import dev.plumbline.producer.dispatch.Division;
import dev.plumbline.producer.settings.Allowed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A second target beside the first, after the rules of its configuration were checked.
 *
 * @param driven where it is and how it is spoken to
 * @param variant of its series
 * @param division of the load among both
 */
record CanarySettings(TargetSettings driven, String variant, Division division) {

    private static final double LEAST_SHARE = 0.001;

    /**
     * The canary, where there is one.
     *
     * @param model of the target
     * @param environment looks an environment variable up; absent ones are empty
     * @throws InvalidConfiguration naming the first key that is wrong
     */
    static Optional<CanarySettings> checked(ProducerConfig config, String model, UnaryOperator<String> environment) {
        ProducerConfig.Canary canary = config.canary();
        if (canary.url().isEmpty()) {
            requireNothingElse(canary);
            return Optional.empty();
        }
        requireSameModel(canary, model);
        if (canary.variant().equals(config.series().variant())) {
            throw new InvalidConfiguration("plumbline.canary.variant = " + canary.variant()
                    + " is that of the target, plumbline.series.variant: two series need two names, for example stable"
                    + " and canary");
        }
        return Optional.of(new CanarySettings(
                TargetSettings.checked(
                        TargetAddress.of(canary, config.target()),
                        config,
                        canary.model().orElse(model),
                        environment),
                canary.variant(),
                division(config)));
    }

    private static void requireNothingElse(ProducerConfig.Canary canary) {
        Map<String, Boolean> stated = new LinkedHashMap<>();
        stated.put("model", canary.model().isPresent());
        stated.put("path", canary.path().isPresent());
        stated.put("query", !canary.query().isEmpty());
        stated.put("headers", !canary.headers().isEmpty());
        stated.put("api-key-file", canary.apiKeyFile().isPresent());
        stated.put("api-key-env", canary.apiKeyEnv().isPresent());
        stated.put("api-key-header", canary.apiKeyHeader().isPresent());
        stated.forEach((key, isStated) -> {
            if (isStated) {
                throw new InvalidConfiguration(
                        "plumbline.canary." + key
                                + " is set and plumbline.canary.url is not, for example plumbline.canary.url=http://127.0.0.1:8001");
            }
        });
    }

    private static void requireSameModel(ProducerConfig.Canary canary, String model) {
        String other = canary.model().orElse(model);
        if (!other.equals(model) && !canary.sameModel()) {
            throw new InvalidConfiguration("canary model differs: plumbline.canary.model = " + other
                    + ", plumbline.target.model = " + model + ": two models do not compare; where " + other
                    + " is but another name of the same model, set plumbline.canary.same-model=true");
        }
    }

    private static Division division(ProducerConfig config) {
        double share = config.canary().share();
        return switch (config.canary().mode()) {
            case PAIR -> new Division.Pairs();
            case SPLIT -> {
                InvalidConfiguration.require(
                        "plumbline.canary.",
                        () -> Allowed.require(
                                share >= LEAST_SHARE && share <= 1 - LEAST_SHARE,
                                "share",
                                share,
                                LEAST_SHARE + " to " + (1 - LEAST_SHARE) + ", for example 0.1"));
                yield new Division.Split(share, config.workload().seed());
            }
        };
    }

    /** What it changes of the work that a target does, in words that are equal when the work is. */
    String condition() {
        return switch (division) {
            case Division.Pairs unused -> "pair";
            case Division.Split split -> "split " + split.share();
            case Division.Undivided unused -> "none";
        };
    }
}
