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

    /** Variance of the evidence of so many independent requests, when nothing has changed. */
    public double binomialVariance(double requests) {
        double swing = Math.log(changed / baseline) - Math.log((1 - changed) / (1 - baseline));
        return requests * baseline * (1 - baseline) * swing * swing;
    }
}
