package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Credentials;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.TargetAddress;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A canary that was looked at: where it is, what it is, and how the load is shared with it.
 *
 * @param address as it is asked
 * @param discovery what was found
 */
record CanaryTarget(TargetAddress address, Discovery discovery, CanarySplit split) {

    /** The condition under which it is told how a load was shared: less load, or the load of another, is other work. */
    static final String CONDITION = "canary";

    private static final String MODEL = "model";

    CanaryTarget {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(discovery, "discovery");
        Objects.requireNonNull(split, "split");
    }

    /**
     * Where to look for it: the same API and the same model as the target that it is held against, reached in the same way. What may
     * let somebody in is sent to the same host only.
     *
     * @param beside the target that it is held against, and what was found there
     * @throws CommandFailure if another model is asked for that may not vary
     */
    static TargetAddress address(
            CanaryOptions options, TargetAddress beside, Discovery found, Collection<String> vary) {
        String typed = Objects.requireNonNull(options.url, "url");
        String model = options.model == null ? found.model() : options.model;
        requireSame(found.model(), model, "--canary-model", vary);
        BaseUrl url = BaseUrl.parse(typed);
        return new TargetAddress(
                typed,
                url,
                new TargetAddress.Wanted(
                        Optional.of(found.endpointType()),
                        beside.wanted().generic(),
                        Optional.of(model),
                        Optional.empty(),
                        beside.wanted().streamed(),
                        false,
                        beside.wanted().generation()),
                credentials(options.headers(), beside, url),
                beside.route(),
                beside.timeouts());
    }

    private static Credentials credentials(Map<String, String> own, TargetAddress beside, BaseUrl url) {
        if (!url.host().equalsIgnoreCase(beside.url().host())) {
            return new Credentials(own, Optional.empty(), Optional.empty());
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(beside.credentials().headers());
        headers.putAll(own);
        return new Credentials(
                headers, beside.credentials().apiKey(), beside.credentials().apiKeyHeader());
    }

    /**
     * The model is part of what is compared; one that a server took for another's name shows in what it answers.
     *
     * @throws CommandFailure if it is another one and may not vary
     */
    static void requireSame(String model, String canary, String option, Collection<String> vary) {
        if (!canary.equals(model) && !vary.contains(MODEL)) {
            throw CommandFailure.usage(option + ": the canary has the model '" + canary + "' and --url has '" + model
                    + "': another model is other work; --vary model compares anyway");
        }
    }

    /** How the load is shared, as a condition of the run. */
    static String condition(CanarySplit split) {
        return split.paired() ? "pair" : "split " + number(split.share());
    }

    /** How the load is shared, in a few words. */
    String words() {
        return split.paired()
                ? "every ask goes to both"
                : number(split.share() * 100) + " % of the load, " + number(100 - split.share() * 100) + " % not";
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value)
                .setScale(6, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** What is known of it and is not so of what it is held against, for the run's record. */
    Map<String, String> subject(Discovery beside) {
        Map<String, String> subject = new TreeMap<>();
        subject.put("canary.url", discovery.url().base());
        if (!discovery.model().equals(beside.model())) {
            subject.put("canary.model", discovery.model());
        }
        Map<String, String> known = new TreeMap<>(beside.facts().subject());
        known.putAll(beside.facts().conditions());
        Map<String, String> own = new TreeMap<>(discovery.facts().subject());
        own.putAll(discovery.facts().conditions());
        own.forEach((name, value) -> {
            if (!value.equals(known.get(name))) {
                subject.put("canary." + name, value);
            }
        });
        return subject;
    }

    /**
     * It in the words of the load producer's settings.
     *
     * @param beside what was found of the target that it is held against
     */
    Map<String, String> properties(Discovery beside) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("plumbline.canary.url", discovery.url().base());
        all.put("plumbline.canary.path", discovery.endpointPath());
        all.put("plumbline.canary.model", discovery.model());
        if (!discovery.model().equals(beside.model())) {
            // That it may vary was asked for.
            all.put("plumbline.canary.same-model", "true");
        }
        all.put("plumbline.canary.mode", split.paired() ? "PAIR" : "SPLIT");
        if (!split.paired()) {
            all.put("plumbline.canary.share", Double.toString(split.share()));
        }
        address.credentials()
                .requestHeaders(discovery.endpointType())
                .forEach((name, value) -> all.put("plumbline.canary.headers.\"" + name + "\"", value));
        return all;
    }
}
