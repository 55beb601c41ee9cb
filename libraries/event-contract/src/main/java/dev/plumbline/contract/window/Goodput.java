package dev.plumbline.contract.window;

/**
 * Requests that met what was stated with them, of those with which something was stated.
 *
 * @param good completed, every check held, every limit met
 * @param ended all that ended but those that were cancelled: failed and dropped ones are not good
 */
public record Goodput(long good, long ended) {

    public Goodput {
        if (good < 0 || ended < good || ended < 1) {
            throw new IllegalArgumentException(good + " good of " + ended + " requests");
        }
    }

    /** The requests of both. */
    public Goodput plus(Goodput other) {
        return new Goodput(good + other.good, ended + other.ended);
    }
}
