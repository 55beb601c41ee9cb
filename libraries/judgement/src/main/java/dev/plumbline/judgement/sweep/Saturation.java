package dev.plumbline.judgement.sweep;

import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How throughput grows with requests in flight, as {@code n / (a + b·n)}: alone a request takes {@code a + b} for each unit of
 * work, and each further one adds {@code b}. The ceiling is {@code 1/b}, and at {@code a/b} in flight, the knee, half of it is
 * reached and work takes twice the time that it would take next to alone.
 *
 * <p>By Little's law {@code n / throughput} is a straight line in <em>n</em>. It is fitted by least squares, each point by its
 * relative error, because throughput is known to a share of itself. Intervals are 95 % ones by Student's t; that of the knee is
 * Fieller's.
 *
 * @param a seconds for a unit of work, of what does not grow with others; above 0
 * @param b seconds more for each other request; above 0
 * @param knee in requests in flight
 * @param kneeLow lower end of its interval
 * @param kneeHigh upper end
 * @param ceiling units of work per second that are never exceeded
 * @param worstMisfit largest relative distance of a point from the curve
 */
public record Saturation(
        double a, double b, double knee, double kneeLow, double kneeHigh, double ceiling, double worstMisfit) {

    /** Two make a line, and say nothing of how well it fits. */
    public static final int FEWEST_POINTS = 4;

    private static final double UPPER_TAIL = 0.975;

    /**
     * A point of the curve.
     *
     * @param inFlight requests in flight on average, above 0
     * @param perSecond units of work per second, above 0
     */
    public record Point(double inFlight, double perSecond) {}

    /**
     * Fits the curve.
     *
     * @return empty with fewer than {@value #FEWEST_POINTS} points, or where throughput does not saturate as far as these tell
     */
    public static Optional<Saturation> of(List<Point> points) {
        List<Point> usable = points.stream()
                .filter(point -> point.inFlight() > 0 && point.perSecond() > 0)
                .toList();
        if (usable.size() < FEWEST_POINTS) {
            return Optional.empty();
        }
        double w = 0;
        double wx = 0;
        double wy = 0;
        double wxx = 0;
        double wxy = 0;
        for (Point point : usable) {
            double y = point.inFlight() / point.perSecond();
            double weight = 1 / (y * y);
            w += weight;
            wx += weight * point.inFlight();
            wy += weight * y;
            wxx += weight * point.inFlight() * point.inFlight();
            wxy += weight * point.inFlight() * y;
        }
        double determinant = w * wxx - wx * wx;
        if (!(determinant > 0)) {
            return Optional.empty();
        }
        double b = (w * wxy - wx * wy) / determinant;
        double a = (wxx * wy - wx * wxy) / determinant;
        double squares = 0;
        double worstMisfit = 0;
        for (Point point : usable) {
            double fitted = point.inFlight() / (a + b * point.inFlight());
            double y = point.inFlight() / point.perSecond();
            double residual = (y - a - b * point.inFlight()) / y;
            squares += residual * residual;
            worstMisfit = Math.max(worstMisfit, Math.abs(point.perSecond() / fitted - 1));
        }
        int freedom = usable.size() - 2;
        double variance = squares / freedom;
        double t = TDistribution.of(freedom).inverseCumulativeProbability(UPPER_TAIL);
        double misfit = worstMisfit;
        return fieller(a, b, variance * wxx / determinant, variance * w / determinant, -variance * wx / determinant, t)
                .map(ends -> new Saturation(a, b, a / b, ends[0], ends[1], 1 / b, misfit));
    }

    /** The interval of a/b; empty where b may be zero, so that there may be no knee at all, or a is not above 0. */
    private static Optional<double[]> fieller(
            double a, double b, double varA, double varB, double covariance, double t) {
        if (!(b > 0 && a > 0)) {
            return Optional.empty();
        }
        double tt = t * t;
        double lead = b * b - tt * varB;
        if (!(lead > 0)) {
            return Optional.empty();
        }
        double middle = a * b - tt * covariance;
        double root = middle * middle - lead * (a * a - tt * varA);
        double half = Math.sqrt(Math.max(0, root));
        return Optional.of(new double[] {Math.max(0, (middle - half) / lead), (middle + half) / lead});
    }
}
