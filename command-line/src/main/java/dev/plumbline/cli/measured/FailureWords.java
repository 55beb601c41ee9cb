package dev.plumbline.cli.measured;

import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.contract.event.FailureKind;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From the words with which another tool tells a failure to its kind; what says nothing of a kind is an error of the stream. */
final class FailureWords {

    private static final Pattern STATUS = Pattern.compile("(?<!\\d)([45]\\d\\d)(?!\\d)");
    private static final int LONGEST = 300;

    private FailureWords() {}

    static Ended.Failed failed(OptionalInt status, String words) {
        String line = words.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return new Ended.Failed(kind(status, line), line.length() <= LONGEST ? line : line.substring(0, LONGEST));
    }

    private static FailureKind kind(OptionalInt status, String words) {
        if (status.isPresent() && status.getAsInt() >= 400 && status.getAsInt() < 600) {
            return byStatus(status.getAsInt());
        }
        String lower = words.toLowerCase(Locale.ROOT);
        if (lower.contains("timeout") || lower.contains("timed out")) {
            return FailureKind.TIMEOUT_TOTAL;
        }
        if (lower.contains("too many requests") || lower.contains("rate limit")) {
            return FailureKind.REJECTED;
        }
        Matcher number = STATUS.matcher(words);
        if (number.find()) {
            return byStatus(Integer.parseInt(number.group(1)));
        }
        if (lower.contains("internal server error") || lower.contains("bad gateway") || lower.contains("unavailable")) {
            return FailureKind.HTTP_5XX;
        }
        if (lower.contains("refused") || lower.contains("cannot connect") || lower.contains("connection error")) {
            return FailureKind.CONNECT;
        }
        return FailureKind.STREAM_ERROR;
    }

    private static FailureKind byStatus(int status) {
        return status == 429 ? FailureKind.REJECTED : status < 500 ? FailureKind.HTTP_4XX : FailureKind.HTTP_5XX;
    }
}
