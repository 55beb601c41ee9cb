package dev.plumbline.judgement.series;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.contract.window.WindowId;
import java.util.Optional;

/**
 * Loads under which windows differ although the target is as it was: what is learned of some of them is no norm for others, and every
 * step of the load would be an alert. Only of a shape that repeats, with windows that hold whole periods, is one window like another.
 */
final class ChangingLoad {

    private ChangingLoad() {}

    /** Why a window teaches nothing about others of its series; empty where it does. */
    static Optional<String> reason(WindowId window) {
        return shape(window.series().group().loadPoint())
                .filter(shape -> shape.variesBetweenWindowsOf(window.lengthMillis()))
                .map(shape -> "the load changes over time (" + shape.text()
                        + "): windows do not compare with each other, runs of the same shape do");
    }

    private static Optional<LoadShape> shape(LoadPoint load) {
        return switch (load) {
            case LoadPoint.ShapedRate shaped -> Optional.of(shaped.shape());
            case LoadPoint.ShapedSlots shaped -> Optional.of(shaped.shape());
            case LoadPoint.ClosedLoop steady -> Optional.empty();
            case LoadPoint.OpenLoop steady -> Optional.empty();
            case LoadPoint.Trace replayed -> Optional.empty();
            case LoadPoint.Other unknown -> Optional.empty();
        };
    }
}
