package dev.plumbline.cli.run;

import dev.plumbline.cli.check.TargetOptions;
import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.probe.BaseUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A second target of the same load, and how the load is shared. */
final class CanaryOptions {

    /** The variant under which it is measured. */
    static final String VARIANT = "canary";

    private static final double SMALLEST_SHARE = 0.001;

    @Option(
            names = "--canary-url",
            paramLabel = "URL",
            description =
                    "A second server that gets the same load in the same seconds, and is held against that of --url.")
    @Nullable
    String url;

    @Option(
            names = "--canary-model",
            paramLabel = "MODEL",
            description = {"Its model; another one needs --vary model.", "Default: the one of --url."})
    @Nullable
    String model;

    @Option(
            names = "--pair",
            description = "Every ask goes to both, so that each has its twin: the default of a canary.")
    boolean pair;

    @Option(
            names = "--split",
            converter = ShareConverter.class,
            paramLabel = "SHARE",
            description = "So much of the load goes to the canary and the rest does not, for example 10%%.")
    @Nullable
    Double split;

    @Option(
            names = "--canary-header",
            paramLabel = "'NAME: VALUE'",
            description = {
                "A header for the canary; may be repeated.",
                "Those of --header and the key go to it where it is the same host."
            })
    List<String> headers = new ArrayList<>();

    /**
     * Checks all of it.
     *
     * @param variant of the run
     * @throws RunPlan.Wrong for the first that is wrong
     */
    void check(String variant) {
        if (url == null) {
            List<String> given = new ArrayList<>();
            if (split != null) {
                given.add("--split");
            }
            if (pair) {
                given.add("--pair");
            }
            if (model != null) {
                given.add("--canary-model");
            }
            if (!headers.isEmpty()) {
                given.add("--canary-header");
            }
            if (!given.isEmpty()) {
                throw new RunPlan.Wrong(given.get(0), "is of a canary: give --canary-url, too");
            }
            return;
        }
        if (pair && split != null) {
            throw new RunPlan.Wrong(
                    "--pair", "excludes --split: either every ask goes to both, or a share of them to the canary");
        }
        if (split != null && !(split >= SMALLEST_SHARE && split <= 1 - SMALLEST_SHARE)) {
            throw new RunPlan.Wrong("--split", "is " + split + ", allowed is 0.1% to 99.9%, for example 10%");
        }
        if (variant.equals(VARIANT)) {
            throw new RunPlan.Wrong(
                    "--variant",
                    "is " + VARIANT + ", which is the one of --canary-url: give that of --url another name");
        }
        if (model != null && model.isBlank()) {
            throw new RunPlan.Wrong("--canary-model", "is empty: name the model, or leave it out");
        }
        try {
            BaseUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong("--canary-url", String.valueOf(e.getMessage()));
        }
        headers();
    }

    /** The headers by name. */
    Map<String, String> headers() {
        try {
            return TargetOptions.headers(headers);
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong("--canary-header", String.valueOf(e.getMessage()));
        }
    }

    /** How the load is shared; empty where there is no canary. */
    Optional<CanarySplit> shared() {
        return url == null
                ? Optional.empty()
                : Optional.of(split == null ? CanarySplit.ofPairs() : CanarySplit.of(split));
    }
}
