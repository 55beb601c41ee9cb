package dev.plumbline.judgement.statistics;

/** Bounds that hold wherever something is compared, window by window or as a whole. */
public final class Norms {

    /** Error shares from here on are trouble: nothing is compared with them, and they are no baseline. */
    public static final double HIGHEST_ERROR_SHARE = 0.3;

    /** Fewest errors that an error rate is ever called worse for. */
    public static final long FEWEST_ERRORS = 5;

    /** Work is other work when its mean size moved by more than this share: longer answers, another offered load. */
    public static final double OTHER_WORK = 0.05;

    /** Fewest requests beyond a quantile, on its rarer side, that it is known by. */
    public static final int FEWEST_BEYOND = 5;

    private Norms() {}
}
