package dev.plumbline.producer.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The header {@code traceparent} of W3C Trace Context for a request: the first 24 bytes of the SHA-256 of its id, of which 16 are the
 * trace and 8 the span, so that anybody who has the id can reckon where a trace of it is. It is not marked as sampled: whether it is
 * kept is for the server to decide.
 */
final class TraceParent {

    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;

    private TraceParent() {}

    /** Of the request with this id; the same one each time. */
    static String of(String requestId) {
        byte[] hash = sha256().digest(requestId.getBytes(StandardCharsets.UTF_8));
        HexFormat hex = HexFormat.of();
        return "00-" + hex.formatHex(hash, 0, TRACE_BYTES) + "-"
                + hex.formatHex(hash, TRACE_BYTES, TRACE_BYTES + SPAN_BYTES) + "-00";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
