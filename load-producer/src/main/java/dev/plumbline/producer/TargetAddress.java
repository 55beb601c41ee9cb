package dev.plumbline.producer;

import java.util.Map;
import java.util.Optional;

/**
 * Where a target is, and what it is sent beside requests, as the configuration has it: all in which a canary differs from the target.
 *
 * @param section where these settings stand, with the dot at the end
 */
record TargetAddress(
        String section,
        Optional<String> url,
        Optional<String> path,
        Map<String, String> query,
        Map<String, String> headers,
        Optional<String> apiKeyFile,
        Optional<String> apiKeyEnv,
        Optional<String> apiKeyHeader) {

    static TargetAddress of(ProducerConfig.Target target) {
        return new TargetAddress(
                "plumbline.target.",
                target.url(),
                target.path(),
                target.query(),
                target.headers(),
                target.apiKeyFile(),
                target.apiKeyEnv(),
                target.apiKeyHeader());
    }

    /** Of the canary; what the header of its key is called is as with the target, unless it says. */
    static TargetAddress of(ProducerConfig.Canary canary, ProducerConfig.Target target) {
        return new TargetAddress(
                "plumbline.canary.",
                canary.url(),
                canary.path(),
                canary.query(),
                canary.headers(),
                canary.apiKeyFile(),
                canary.apiKeyEnv(),
                canary.apiKeyHeader().or(target::apiKeyHeader));
    }
}
