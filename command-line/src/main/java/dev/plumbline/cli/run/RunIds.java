package dev.plumbline.cli.run;

import dev.plumbline.cli.time.SystemTime;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Names of runs: they sort by time, fit into file names, and two at once differ. */
final class RunIds {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    /** Without letters and digits that are read as others. */
    private static final String LETTERS = "abcdefghkmnpqrstuvwxyz23456789";

    private RunIds() {}

    static String next() {
        SecureRandom random = new SecureRandom();
        StringBuilder id = new StringBuilder(TIME.format(Instant.ofEpochMilli(SystemTime.epochMillis()))).append('-');
        for (int i = 0; i < 4; i++) {
            id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return id.toString();
    }
}
