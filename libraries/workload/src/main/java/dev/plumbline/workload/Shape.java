package dev.plumbline.workload;

import java.util.List;
import java.util.SplittableRandom;

/** How numbers spread: each is drawn on its own, none is above {@link #most}. In the unit of whoever uses it. */
sealed interface Shape {

    /** The next number. */
    double drawn(SplittableRandom random);

    /** The largest that is drawn. */
    double most();

    /** Always the same; it draws nothing. */
    record Fixed(double value) implements Shape {
        @Override
        public double drawn(SplittableRandom random) {
            return value;
        }

        @Override
        public double most() {
            return value;
        }
    }

    /** Normal; what is drawn above {@code most} is {@code most}. It may be below 0. */
    record Normal(double mean, double standardDeviation, double most) implements Shape {

        private static final int MOST_MEANS = 4;
        private static final int MOST_DEVIATIONS = 4;

        /** Cut at four standard deviations above the mean, or at four times the mean, whichever is less. */
        static Normal of(double mean, double standardDeviation) {
            return new Normal(
                    mean, standardDeviation, Math.min(MOST_MEANS * mean, mean + MOST_DEVIATIONS * standardDeviation));
        }

        @Override
        public double drawn(SplittableRandom random) {
            return Math.min(most, mean + random.nextGaussian() * standardDeviation);
        }
    }

    /**
     * Its logarithm is normal; what is drawn above {@code most} is {@code most}.
     *
     * @param sigma standard deviation of the natural logarithm
     */
    record Lognormal(double median, double sigma, double most) implements Shape {

        private static final int MOST_SIGMAS = 4;

        /** Where it is cut unless something else is said: four sigmas above the median, 3 of 100,000. */
        static double usualMost(double median, double sigma) {
            return median * Math.exp(MOST_SIGMAS * sigma);
        }

        @Override
        public double drawn(SplittableRandom random) {
            return Math.min(most, median * Math.exp(sigma * random.nextGaussian()));
        }
    }

    /** Exponential; what is drawn above {@code most} is {@code most}. */
    record Exponential(double mean, double most) implements Shape {

        private static final int MOST_MEANS = 16;

        /** Where it is cut unless something else is said: 16 times the mean, one of ten million. */
        static double usualMost(double mean) {
            return MOST_MEANS * mean;
        }

        @Override
        public double drawn(SplittableRandom random) {
            // The logarithm of 0 is not taken: nextDouble is below 1.
            return Math.min(most, -mean * Math.log1p(-random.nextDouble()));
        }
    }

    /**
     * Each number from the one to the other is as likely as the others.
     *
     * @param step what is drawn is rounded to multiples of it, and both ends are as likely as the rest; 0 = is not rounded
     */
    record Uniform(double least, double most, double step) implements Shape {
        @Override
        public double drawn(SplittableRandom random) {
            return least - step / 2 + (most - least + step) * random.nextDouble();
        }
    }

    /**
     * Goes through stated quantiles; between two of them all numbers are as likely (the quantile is linear in the probability).
     *
     * @param points two or more, both of their numbers never falling, the first of probability 0 and the last of 1
     */
    record Quantiles(List<Point> points) implements Shape {

        public Quantiles {
            points = List.copyOf(points);
        }

        /** So large a share is at or below the value. */
        record Point(double probability, double value) {}

        @Override
        public double drawn(SplittableRandom random) {
            double probability = random.nextDouble();
            int above = 1;
            while (points.get(above).probability() < probability) {
                above++;
            }
            Point to = points.get(above);
            Point from = points.get(above - 1);
            double part = (probability - from.probability()) / (to.probability() - from.probability());
            return from.value() + part * (to.value() - from.value());
        }

        @Override
        public double most() {
            return points.getLast().value();
        }
    }
}
