package dev.plumbline.cli.measured;

import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;

/** Names of what is compared before any number is, and loads as other tools state them. */
public final class Facts {

    /** The tool that measured: each has definitions of its own. */
    public static final String TOOL = "tool";

    public static final String MODEL = "model";

    /** How many requests at a time, or at which rate. */
    public static final String LOAD = "load";

    /** Which API was asked: chat, completions, or the path. */
    public static final String ENDPOINT = "endpoint";

    /** Address of the target: told, not compared. */
    static final String URL = "url";

    private Facts() {}

    /** A closed loop. */
    static LoadPoint atATime(int requests) {
        return new LoadPoint.ClosedLoop(requests);
    }

    /** An open loop; burstiness is the shape of gamma gaps, 1 for Poisson. */
    static LoadPoint perSecond(double requests, double burstiness) {
        return new LoadPoint.OpenLoop(
                requests, burstiness == 1 ? new Arrivals.Poisson() : new Arrivals.Gamma(burstiness));
    }

    /** Evenly spaced requests. */
    static LoadPoint evenly(double requests) {
        return new LoadPoint.OpenLoop(requests, new Arrivals.Constant());
    }

    /** A load of which only a name is known; lower-case letters, digits, dot, dash and underscore, not beginning like another kind. */
    static LoadPoint named(String name) {
        return new LoadPoint.Other(name);
    }

    /** Whether a load has a rate, or a number of requests at a time, so that rates of two runs of it can be compared. */
    static boolean isOfRates(LoadPoint load) {
        return !(load instanceof LoadPoint.Other);
    }
}
