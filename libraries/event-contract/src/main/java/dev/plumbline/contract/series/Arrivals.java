package dev.plumbline.contract.series;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** How the due times of an open loop are spread around their rate; part of its key, because queueing depends on it. */
public sealed interface Arrivals {

    /** The short form behind the rate, for example {@code poisson} or {@code gamma0.25}. */
    String key();

    /**
     * Reads the short form.
     *
     * @throws IllegalArgumentException if the text cannot be arrivals
     */
    static Arrivals parse(String key) {
        return switch (key) {
            case "constant" -> new Constant();
            case "poisson" -> new Poisson();
            default -> {
                if (!key.startsWith("gamma")) {
                    yield new Other(key);
                }
                try {
                    yield new Gamma(Double.parseDouble(key.substring("gamma".length())));
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException("arrivals '" + key + "' have no shape, expected gamma0.25", e);
                }
            }
        };
    }

    /** Arrivals that a later version knows and this one does not: kept apart by their key. */
    record Other(String key) implements Arrivals {
        private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9._]{0,59}");

        public Other {
            if (!FORM.matcher(key).matches()) {
                throw new IllegalArgumentException(
                        "arrivals '" + key + "' are unknown, expected constant, poisson or gamma0.25");
            }
        }
    }

    /** Evenly spaced. */
    record Constant() implements Arrivals {
        @Override
        public String key() {
            return "constant";
        }
    }

    /** Independent exponential gaps. */
    record Poisson() implements Arrivals {
        @Override
        public String key() {
            return "poisson";
        }
    }

    /**
     * Independent gamma gaps.
     *
     * @param shape 1 is Poisson, less comes in bursts, more is more even
     */
    record Gamma(double shape) implements Arrivals {
        public Gamma {
            if (!(shape >= 1e-6 && shape <= 1e6)) {
                throw new IllegalArgumentException("shape " + shape + " is outside 0.000001..1000000");
            }
        }

        @Override
        public String key() {
            return "gamma" + BigDecimal.valueOf(shape).stripTrailingZeros().toPlainString();
        }
    }
}
