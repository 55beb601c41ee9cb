package dev.plumbline.contract.series;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A short name for everything that must match for a comparison: equal exactly when the conditions are equal, but for chances of
 * one in 2^64. What it stands for is told with the run.
 */
public final class ConditionsDigest {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{16}");
    private static final int BYTES = 8;

    private ConditionsDigest() {}

    /** The digest of conditions by name, 16 hexadecimal digits; the order of the map does not matter. */
    public static String of(Map<String, String> conditions) {
        MessageDigest sha = sha256();
        new TreeMap<>(conditions).forEach((name, value) -> {
            // Lengths first, so that no two maps are written alike.
            sha.update((name.length() + ":" + name + value.length() + ":" + value).getBytes(StandardCharsets.UTF_8));
        });
        return HexFormat.of().formatHex(sha.digest(), 0, BYTES);
    }

    /** @throws IllegalArgumentException if it cannot be a digest */
    public static void requireValid(String digest) {
        if (!isValid(digest)) {
            throw new IllegalArgumentException("conditions '" + digest + "' are not 16 hexadecimal digits");
        }
    }

    /** Whether it can be a digest. */
    public static boolean isValid(String digest) {
        return FORM.matcher(digest).matches();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
