package dev.plumbline.contract.event;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the requests of a load are called: by the producer and its start, then a hyphen and the ordinal of the session. Behind it may
 * stand what tells halves of a pair, turns and tries apart.
 */
public final class RequestIds {

    private static final int RADIX = 36;
    private static final Pattern SESSION = Pattern.compile("-(\\d{1,18})(?:\\D.*)?");

    private RequestIds() {}

    /** With what all requests of one start of a producer begin. */
    public static String prefix(String producerId, long epoch) {
        return producerId + '-' + Long.toString(epoch, RADIX);
    }

    /** The ordinal of the session, of the producer's own, from 0; empty where the id is of another kind. */
    public static OptionalLong session(String requestId, Origin origin) {
        String prefix = prefix(origin.producerId(), origin.epoch());
        if (!requestId.startsWith(prefix)) {
            return OptionalLong.empty();
        }
        Matcher rest = SESSION.matcher(requestId.substring(prefix.length()));
        return rest.matches() ? OptionalLong.of(Long.parseLong(rest.group(1))) : OptionalLong.empty();
    }
}
