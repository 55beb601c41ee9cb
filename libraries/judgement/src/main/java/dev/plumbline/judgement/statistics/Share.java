package dev.plumbline.judgement.statistics;

/**
 * One share tested against another: of n requests, how many are hits (beyond an edge, failed)?
 *
 * @param baseline the share when nothing has changed, strictly between 0 and 1
 * @param changed the share that is looked for, above {@code baseline} and below 1
 */
public record Share(double baseline, double changed) {

    public Share {
        if (!(baseline > 0 && baseline < changed && changed < 1)) {
            throw new IllegalArgumentException("shares " + baseline + " and " + changed);
        }
    }

    /** How much the count speaks for the changed share: the log-likelihood ratio; 0 for no request. */
    public double evidence(long hits, long requests) {
        return hits * Math.log(changed / baseline) + (requests - hits) * Math.log((1 - changed) / (1 - baseline));
    }

    /** The share at which a request brings no evidence on average; between both. */
    public double neutral() {
        double hit = Math.log(changed / baseline);
        double miss = Math.log((1 - changed) / (1 - baseline));
        return -miss / (hit - miss);
    }

    /** What so many requests bring on average when nothing has changed; below 0. */
    public double expected(double requests) {
        return requests
                * (baseline * Math.log(changed / baseline) + (1 - baseline) * Math.log((1 - changed) / (1 - baseline)));
    }

    /** The test from a higher baseline, by so much; the odds still grow by a fifth. */
    public Share from(double more) {
        double higher = Math.min(baseline + more, 1 - (1 - baseline) / 2);
        double odds = 1.2 * higher / (1 - higher);
        return more > 0 ? new Share(higher, Math.max(changed, odds / (1 + odds))) : this;
    }

    /** The test against a part of the change, 0 to 1, on the scale of log odds. */
    public Share part(double of) {
        double from = Math.log(baseline / (1 - baseline));
        double odds = Math.exp(from + of * (Math.log(changed / (1 - changed)) - from));
        return new Share(baseline, odds / (1 + odds));
    }

    /** Variance of the evidence of so many independent requests, when nothing has changed. */
    public double binomialVariance(double requests) {
        double swing = Math.log(changed / baseline) - Math.log((1 - changed) / (1 - baseline));
        return requests * baseline * (1 - baseline) * swing * swing;
    }
}
