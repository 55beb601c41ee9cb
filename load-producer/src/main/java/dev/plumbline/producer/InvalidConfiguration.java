package dev.plumbline.producer;

import java.io.Serial;
import java.util.function.Supplier;

/** The operator's setting is wrong; the message is one line that names the key and what to do. */
final class InvalidConfiguration extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidConfiguration(String message) {
        super(message);
    }

    /**
     * What a value's own rules allow.
     *
     * @param section what stands in front of the words by which the value refuses something, so that they name the whole key
     */
    static <T> T allowed(String section, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(section + e.getMessage());
        }
    }

    /** The same of rules that make no value. */
    static void require(String section, Runnable rules) {
        allowed(section, () -> {
            rules.run();
            return true;
        });
    }

    static InvalidConfiguration missing(String key, String example) {
        return new InvalidConfiguration(key + " is not set, for example " + key + "=" + example);
    }
}
