package dev.plumbline.producer;

import java.io.Serial;

/** The operator's setting is wrong; the message is one line that names the key and what to do. */
final class InvalidConfiguration extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidConfiguration(String message) {
        super(message);
    }

    static InvalidConfiguration missing(String key, String example) {
        return new InvalidConfiguration(key + " is not set, for example " + key + "=" + example);
    }
}
