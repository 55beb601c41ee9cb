package dev.plumbline.producer.schedule;

/** The range of rates. */
final class Rates {

    private Rates() {}

    static double requireInRange(double requestsPerSecond) {
        if (!(requestsPerSecond >= FireTimes.MIN_PER_SECOND && requestsPerSecond <= FireTimes.MAX_PER_SECOND)) {
            throw new IllegalArgumentException("rate " + requestsPerSecond + "/s is outside " + FireTimes.MIN_PER_SECOND
                    + ".." + FireTimes.MAX_PER_SECOND);
        }
        return requestsPerSecond;
    }
}
