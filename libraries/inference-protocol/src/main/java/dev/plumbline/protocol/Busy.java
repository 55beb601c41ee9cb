package dev.plumbline.protocol;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Whether an error says that a server takes nothing on at the moment, in whichever place and words it says so. */
final class Busy {

    private static final Set<String> CODES = Set.of(
            "429",
            "503",
            "529",
            "overloaded_error",
            "rate_limit_error",
            "rate_limit_exceeded",
            "serviceunavailableerror",
            "service_unavailable",
            "unavailable_error",
            "overloaded",
            "resource_exhausted",
            "toomanyrequests");

    private static final List<String> WORDS = List.of(
            "currently busy",
            "server busy",
            "server is busy",
            "overloaded",
            "too many requests",
            "rate limit",
            "maximum pending requests",
            "queue is full",
            "at capacity");

    private Busy() {}

    /** A code, status or type of an error. */
    static boolean isCodedBy(String code) {
        return CODES.contains(code.toLowerCase(Locale.ROOT));
    }

    /** The message of an error that has no code of its own for it. */
    static boolean isToldBy(String message) {
        String said = message.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(said::contains);
    }
}
