package dev.plumbline.producer;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.producer.schedule.FireTimes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The load that the settings state, and the rules that they keep with each other. */
final class LoadStatement {

    private LoadStatement() {}

    /** @throws InvalidConfiguration naming the first key that is wrong */
    static LoadPoint checked(ProducerConfig.Load load) {
        requireOne(load);
        InvalidConfiguration.require("plumbline.load.", () -> FireTimes.requireBurstiness(load.burstiness()));
        LoadPoint point = point(load);
        InvalidConfiguration.require("plumbline.load.", () -> {
            LoadShare share = LoadShares.shareOf(load);
            if (load.beginAt().isEmpty()) {
                share.requireNoBegin(point);
            }
            requireEnoughFor(share, point);
            requireSteadyCanBeSeen(load, point, share);
            requireGoesOn(load, point);
        });
        return point;
    }

    private static void requireOne(ProducerConfig.Load load) {
        List<String> stated = Stream.of(
                        load.concurrency().isPresent() ? "concurrency" : "",
                        load.requestRate().isPresent() ? "request-rate" : "",
                        load.shape().isPresent() ? "shape" : "",
                        load.concurrencyShape().isPresent() ? "concurrency-shape" : "")
                .filter(key -> !key.isEmpty())
                .toList();
        if (stated.size() != 1) {
            throw new InvalidConfiguration("exactly one of plumbline.load.concurrency (closed loop, for example 8) and"
                    + " plumbline.load.request-rate (open loop, for example 20) must be set, or plumbline.load.shape or"
                    + " plumbline.load.concurrency-shape in their place, "
                    + (stated.isEmpty()
                            ? "neither is"
                            : stated.size() == 2
                                    ? "both are: " + String.join(", ", stated)
                                    : "here are " + String.join(", ", stated)));
        }
    }

    private static LoadPoint point(ProducerConfig.Load load) {
        if (load.concurrency().isPresent()) {
            return InvalidConfiguration.allowed(
                    "plumbline.load.",
                    () -> new LoadPoint.ClosedLoop(load.concurrency().getAsInt()));
        }
        if (load.shape().isPresent()) {
            return InvalidConfiguration.allowed(
                    "plumbline.load.shape: ",
                    () -> LoadPoint.ShapedRate.of(
                            LoadShape.parse(load.shape().get()), ProducerSettings.arrivals(load)));
        }
        if (load.concurrencyShape().isPresent()) {
            return InvalidConfiguration.allowed(
                    "plumbline.load.concurrency-shape: ",
                    () -> LoadPoint.ShapedSlots.of(
                            LoadShape.parse(load.concurrencyShape().get())));
        }
        return InvalidConfiguration.allowed(
                "plumbline.load.request-rate: ",
                () -> new LoadPoint.OpenLoop(load.requestRate().getAsDouble(), ProducerSettings.arrivals(load)));
    }

    private static void requireEnoughFor(LoadShare share, LoadPoint point) {
        if (point instanceof LoadPoint.ClosedLoop closed && closed.concurrency() < share.count()) {
            throw new IllegalArgumentException("share: " + closed.concurrency()
                    + " requests at a time cannot be shared by " + share.count() + " producers");
        }
        if (!share.isWhole() && shape(point).filter(LoadStatement::isAdjustable).isPresent()) {
            throw new IllegalArgumentException(
                    "share: a load that is changed by hand is offered by one producer: nobody could"
                            + " tell several of them in the same moment");
        }
    }

    private static void requireGoesOn(ProducerConfig.Load load, LoadPoint point) {
        if (load.goesOn().sessions() < 0) {
            throw new IllegalArgumentException(
                    "goes-on.sessions = " + load.goesOn().sessions() + " is not allowed, expected 0 or more");
        }
        if (load.goesOn().level().isPresent() && adjustableFrom(point, load).isEmpty()) {
            throw new IllegalArgumentException(
                    "goes-on.level: only an adjustable load has a level of its own: leave it out");
        }
    }

    /** Without requests nothing is seen to be steady; of several producers each would see it at another moment. */
    private static void requireSteadyCanBeSeen(ProducerConfig.Load load, LoadPoint point, LoadShare share) {
        if (!load.warmupUntilSteady()) {
            return;
        }
        if (!share.isWhole()) {
            throw new IllegalArgumentException(
                    "warmup-until-steady: producers that share a load are measured from the same"
                            + " moment on, which no one of them can choose: set warmup-duration");
        }
        if (shape(point).map(LoadShape::firstLevel).orElse(1.0) < FireTimes.MIN_PER_SECOND) {
            throw new IllegalArgumentException(
                    "warmup-until-steady: the warm-up is at the first level of the shape, which is 0:"
                            + " nothing would be seen; begin above 0, or set warmup-duration");
        }
        if (load.warmupMax().compareTo(load.warmupDuration()) < 0) {
            throw new IllegalArgumentException("warmup-max is shorter than warmup-duration");
        }
    }

    /** The shape of a load; empty for one that does not change. */
    static Optional<LoadShape> shape(LoadPoint point) {
        return switch (point) {
            case LoadPoint.ShapedRate rate -> Optional.of(rate.shape());
            case LoadPoint.ShapedSlots slots -> Optional.of(slots.shape());
            case LoadPoint.ClosedLoop unused -> Optional.empty();
            case LoadPoint.OpenLoop unused -> Optional.empty();
            case LoadPoint.Trace unused -> Optional.empty();
            case LoadPoint.Other unused -> Optional.empty();
        };
    }

    static boolean isAdjustable(LoadShape shape) {
        return shape.kind() == LoadShape.Kind.ADJUSTABLE;
    }

    /** What a load that is changed by hand begins with; empty for others. */
    static OptionalDouble adjustableFrom(LoadPoint point, ProducerConfig.Load load) {
        return shape(point)
                .filter(LoadStatement::isAdjustable)
                .map(shape -> OptionalDouble.of(load.goesOn().level().orElse(shape.firstLevel())))
                .orElseGet(OptionalDouble::empty);
    }
}
