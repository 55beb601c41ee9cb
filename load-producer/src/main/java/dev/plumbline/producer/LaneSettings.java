package dev.plumbline.producer;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Target;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LaneTable;
import dev.plumbline.protocol.AnswerLimits;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Workload;
import java.util.Optional;

/**
 * What all lanes of a load have in common.
 *
 * <p>A workload with several classes has a series for each, called by the scenario, a dot and the class; one with tenants has one for
 * each of them. A canary has the same again, under a variant of its own: it is compared in the same groups.
 *
 * @param model by which the groups are kept
 * @param conditions digest of what must match, where the configuration gives none
 * @param limits of what one answer may hold
 * @param keepsTexts whether somebody reads the texts of answers
 */
record LaneSettings(
        ProducerConfig config,
        String model,
        LoadPoint loadPoint,
        String conditions,
        AnswerLimits limits,
        boolean keepsTexts) {

    /** @throws InvalidConfiguration when a series cannot be called so, or there are too many */
    LaneTable lanes(Workload workload, TargetSettings driven, Optional<CanarySettings> canary) {
        ProducerConfig.SeriesLabels labels = config.series();
        String name = config.target()
                .name()
                .orElse(driven.endpoint().url().host() + ":"
                        + driven.endpoint().url().port());
        boolean hasClasses = workload.classes().size() > 1;
        LaneTable.Maker stable = maker(name, labels.variant(), target(driven), hasClasses);
        return InvalidConfiguration.allowed(
                "plumbline.series: ",
                () -> canary.isEmpty()
                        ? LaneTable.of(workload, stable)
                        : LaneTable.of(
                                workload,
                                stable,
                                maker(
                                        name,
                                        canary.get().variant(),
                                        target(canary.get().driven()),
                                        hasClasses),
                                canary.get().division()));
    }

    private LaneTable.Maker maker(String name, String variant, Target target, boolean hasClasses) {
        return (requestClass, tenant) -> new Lane(
                new Series(
                        new ComparisonGroup(
                                name,
                                model,
                                hasClasses
                                        ? scenario(requestClass)
                                        : config.series().scenario(),
                                loadPoint,
                                tenant.orElse(config.series().tenant())),
                        variant,
                        Optional.of(config.series().conditions().orElse(conditions))),
                target);
    }

    private String scenario(RequestClass requestClass) {
        return config.series().scenario() + '.' + requestClass.name();
    }

    private Target target(TargetSettings driven) {
        Protocol protocol = driven.protocol().withLimits(limits);
        Timeouts timeouts =
                InvalidConfiguration.allowed("plumbline.timeouts.", () -> ProducerSettings.timeouts(config.timeouts()));
        return new Target(driven.endpoint(), keepsTexts ? protocol.keepingText() : protocol, timeouts);
    }
}
