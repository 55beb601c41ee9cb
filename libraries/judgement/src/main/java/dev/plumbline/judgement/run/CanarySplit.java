package dev.plumbline.judgement.run;

/**
 * How a load is shared between a canary and what it is held against.
 *
 * @param paired whether every ask goes to both
 * @param share of the load that the canary gets, 0 to 1, both excluded; a half where every ask goes to both
 */
public record CanarySplit(boolean paired, double share) {

    public CanarySplit {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("share " + share + " of a canary is outside 0..1");
        }
    }

    /** Every ask goes to both. */
    public static CanarySplit ofPairs() {
        return new CanarySplit(true, 0.5);
    }

    /** A share of the asks goes to the canary, the rest does not. */
    public static CanarySplit of(double share) {
        return new CanarySplit(false, share);
    }
}
