package dev.plumbline.benchmark;

import java.util.Locale;

/** What is offered: so many streams at a time, or so many requests per second, evenly spaced. */
public sealed interface Load {

    /** Its short name, for example {@code c100} or {@code r1000}. */
    String key();

    /** @throws IllegalArgumentException if the text is none */
    static Load parse(String text) {
        if (text.matches("c[1-9][0-9]{0,4}")) {
            return new Streams(Integer.parseInt(text.substring(1)));
        }
        if (text.matches("r[1-9][0-9]{0,5}")) {
            return new Rate(Integer.parseInt(text.substring(1)));
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no load: c100 is a hundred streams, r1000 a thousand requests/s");
    }

    /** A closed loop. */
    record Streams(int count) implements Load {
        @Override
        public String key() {
            return "c" + count;
        }
    }

    /** An open loop. */
    record Rate(int perSecond) implements Load {
        @Override
        public String key() {
            return String.format(Locale.ROOT, "r%d", perSecond);
        }
    }
}
