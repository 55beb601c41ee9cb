package dev.plumbline.cli.history;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ages as people write them: 30d, 12h, 90m. */
final class Age {

    private static final Pattern AGE = Pattern.compile("(\\d{1,6})([dhm])");

    private Age() {}

    /** @throws IllegalArgumentException for anything else */
    static Duration parse(String text) {
        Matcher age = AGE.matcher(text);
        if (!age.matches()) {
            throw new IllegalArgumentException(
                    "--older-than = " + text + " is no age; allowed: 30d, 12h, 90m and the like");
        }
        long amount = Long.parseLong(age.group(1));
        return switch (age.group(2)) {
            case "d" -> Duration.ofDays(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofMinutes(amount);
        };
    }
}
