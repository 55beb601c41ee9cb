package dev.plumbline.judgement.statistics;

/** Now / before, with its 95 % interval. */
public record Ratio(double value, double low, double high) {

    /** Of two means on a logarithmic scale, each with the variance of its mean. */
    public static Ratio ofLogMeans(double now, double nowVariance, double before, double beforeVariance) {
        double difference = now - before;
        double half = QuantileEstimate.Z_95 * Math.sqrt(nowVariance + beforeVariance);
        return new Ratio(Math.exp(difference), Math.exp(difference - half), Math.exp(difference + half));
    }
}
