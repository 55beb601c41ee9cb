package dev.plumbline.process;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Who may tell a process over HTTP what to do: end, begin, become slow.
 *
 * <p>Where a token is set, whoever knows it. Where none is, programs on this machine, and nothing that a web page in a browser on
 * this machine can send: a page may post to 127.0.0.1, and by a name that it lets point there; what it sends carries its {@code
 * Origin}, or the name in {@code Host}, or a content type of a form.
 *
 * <p>Immutable; any thread.
 */
public final class ControlAccess {

    /** Fewest characters of a token. */
    public static final int SHORTEST_TOKEN = 16;

    private static final String BEARER = "Bearer ";
    private static final int RANDOM_BYTES = 24;

    /** What a form sends, and so any page may without being asked for leave. */
    private static final Set<String> CONTENT_OF_FORMS =
            Set.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

    private final Optional<String> token;

    private ControlAccess(Optional<String> token) {
        this.token = token;
    }

    /**
     * @param token empty, or blank, for none
     * @throws IllegalArgumentException for one that is too short or could not be sent; the message does not repeat it
     */
    public static ControlAccess of(Optional<String> token) {
        Optional<String> given = token.map(String::strip).filter(text -> !text.isEmpty());
        given.ifPresent(text -> {
            if (text.length() < SHORTEST_TOKEN || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                throw new IllegalArgumentException(
                        "a control token has " + SHORTEST_TOKEN
                                + " or more characters of printable ASCII without spaces, for example that of: openssl rand -hex 24");
            }
        });
        return new ControlAccess(given);
    }

    /** A token that nobody can guess. */
    public static String randomToken() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The value of {@code Authorization} that carries a token. */
    public static String authorization(String token) {
        return BEARER + token;
    }

    /**
     * Why a request is refused.
     *
     * @param status of HTTP
     * @param line what is wrong and what to do, for people
     */
    public record Refusal(int status, String line) {}

    /**
     * Looks at a request that would change something.
     *
     * @param from numeric address that it came from
     * @param header its headers by name, in any case
     * @return empty when it may pass
     */
    public Optional<Refusal> refusal(String from, Function<String, Optional<String>> header) {
        if (token.isPresent()) {
            return header.apply("Authorization").filter(this::isRight).isPresent()
                    ? Optional.empty()
                    : refused(401, "this needs the control token: Authorization: Bearer TOKEN");
        }
        if (!isLoopback(from)) {
            return refused(403, "no control token is set here, so only programs on this machine may do this");
        }
        Optional<String> site = header.apply("Sec-Fetch-Site");
        if (header.apply("Origin").isPresent()
                || site.isPresent()
                || !header.apply("Host").map(ControlAccess::isNameOfThisMachine).orElse(true)) {
            return refused(
                    403, "a web page may not do this; a program with the control token may, see docs/operations.md");
        }
        if (header.apply("Content-Type").map(ControlAccess::isOfForm).orElse(false)) {
            return refused(415, "a form may not do this: send Content-Type: application/json, or nothing at all");
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refused(int status, String line) {
        return Optional.of(new Refusal(status, line));
    }

    private boolean isRight(String authorization) {
        // In a time that tells nothing of where it differs.
        return MessageDigest.isEqual(
                authorization.getBytes(StandardCharsets.UTF_8),
                authorization(token.orElse("")).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isOfForm(String contentType) {
        return CONTENT_OF_FORMS.contains(
                contentType.replaceFirst("[;,].*", "").strip().toLowerCase(Locale.ROOT));
    }

    private static boolean isNameOfThisMachine(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT).replaceFirst(":\\d*$", "");
        return name.equals("localhost") || (isAddress(name) && isLoopback(name));
    }

    private static boolean isLoopback(String address) {
        try {
            // Only ever an address: nothing is looked up.
            return isAddress(address) && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isAddress(String text) {
        return text.matches("\\d{1,3}(\\.\\d{1,3}){3}") || text.matches("\\[?[0-9a-f:.]*:[0-9a-f:.]*(%[a-z0-9]+)?\\]?");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return token.isPresent() ? "by token" : "by programs on this machine";
    }
}
