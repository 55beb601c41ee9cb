package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The line that a producer writes when it has stopped. */
final class LastWords {

    private LastWords() {}

    /** Events that Kafka acknowledged to the producer. */
    static long acknowledged(String log) {
        return number(log, "\\backnowledged=(\\d+)");
    }

    private static long number(String log, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(log);
        assertThat(matcher.find()).as("the producer's last words in:%n%s", log).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
