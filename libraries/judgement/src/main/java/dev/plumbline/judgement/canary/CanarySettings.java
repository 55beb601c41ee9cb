package dev.plumbline.judgement.canary;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What can be set about canaries. Rules between the numbers are checked here and name the key.
 *
 * @param variants names of variants that are canaries; one that ends with {@code *} is a beginning. Such a variant never teaches a
 *     baseline
 * @param stable the variant that a canary is held against; empty: {@code stable} where there is one, else the one that taught the
 *     baseline, else the first by name
 * @param share of the load that a canary is meant to get, 0 to 1, both excluded; empty where it is not known: then half where every
 *     ask goes to both, and else the share of the first blocks
 * @param blockMillis length of the blocks of time that are compared, 5 s to 1 h; a whole number of windows is made of it
 * @param thresholdEffect relative change that counts as a regression, as everywhere
 * @param skipWindows windows with load that are passed over when a series starts, as everywhere
 */
public record CanarySettings(
        List<String> variants,
        Optional<String> stable,
        OptionalDouble share,
        long blockMillis,
        double thresholdEffect,
        int skipWindows) {

    /** Most windows of a block: each is a bit. */
    private static final long MOST_WINDOWS = 60;

    private static final long SHORTEST_BLOCK_MILLIS = 5_000;
    private static final long LONGEST_BLOCK_MILLIS = 3_600_000;

    public CanarySettings {
        variants = List.copyOf(variants);
        Objects.requireNonNull(stable, "stable");
        Objects.requireNonNull(share, "share");
        if (share.isPresent() && !(share.getAsDouble() > 0 && share.getAsDouble() < 1)) {
            throw new IllegalArgumentException(
                    "canary.share = " + share.getAsDouble() + " is outside 0..1, both excluded; example: 0.1");
        }
        if (blockMillis < SHORTEST_BLOCK_MILLIS || blockMillis > LONGEST_BLOCK_MILLIS) {
            throw new IllegalArgumentException("canary.block = " + blockMillis + " ms is outside 5s..1h; example: 30s");
        }
        for (String variant : variants) {
            if (variant.isBlank() || variant.equals("*")) {
                throw new IllegalArgumentException(
                        "canary.variants: '" + variant + "' names every variant or none; example: canary,canary-*");
            }
        }
        if (stable.isPresent() && isCanary(variants, stable.get())) {
            throw new IllegalArgumentException("canary.stable = " + stable.get()
                    + " is a canary by canary.variants; what it is held against must not be");
        }
    }

    /** {@code canary} and whatever begins with {@code canary-}, in blocks of 30 s. */
    public static CanarySettings defaults(double thresholdEffect, int skipWindows) {
        return new CanarySettings(
                List.of("canary", "canary-*"),
                Optional.empty(),
                OptionalDouble.empty(),
                30_000,
                thresholdEffect,
                skipWindows);
    }

    /** Whether a variant is a canary. */
    public boolean isCanary(String variant) {
        return isCanary(variants, variant);
    }

    private static boolean isCanary(List<String> variants, String variant) {
        return variants.stream()
                .anyMatch(name -> name.endsWith("*")
                        ? variant.startsWith(name.substring(0, name.length() - 1))
                        : variant.equals(name));
    }

    /** The length of a block in whole windows, at least one. */
    long blockMillis(long windowMillis) {
        return Math.clamp(blockMillis / windowMillis, 1, MOST_WINDOWS) * windowMillis;
    }
}
