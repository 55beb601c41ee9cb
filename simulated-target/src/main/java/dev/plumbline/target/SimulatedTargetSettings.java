package dev.plumbline.target;

import dev.plumbline.process.ControlAccess;
import dev.plumbline.target.lockstep.LockstepSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a target is started with.
 *
 * @param endpoint where it listens and under which names
 * @param seed of every draw
 * @param timing how long the work takes
 * @param output what the model says
 * @param capacity how much it takes on
 * @param emitLogFile file for one line per request, replaced when it exists; absent writes none
 * @param regressions switches at known moments after the start, at most 1000
 * @param control who may switch regressions over HTTP
 * @param lockstep an engine that works in steps, whose {@code timing} is but the jitter and whose {@code capacity} has no
 *     slots; absent gives every stream a timing of its own
 */
public record SimulatedTargetSettings(
        Endpoint endpoint,
        long seed,
        TimingSettings timing,
        OutputSettings output,
        CapacitySettings capacity,
        Optional<Path> emitLogFile,
        List<RegressionSchedule> regressions,
        ControlAccess control,
        Optional<LockstepSettings> lockstep) {

    /** A free port on 127.0.0.1, model {@code simulated}, seed 1, and the defaults of each part. */
    public static final SimulatedTargetSettings DEFAULT = new SimulatedTargetSettings(
            new Endpoint("127.0.0.1", 0, "simulated", Optional.empty()),
            1,
            TimingSettings.DEFAULT,
            OutputSettings.DEFAULT,
            CapacitySettings.DEFAULT,
            Optional.empty(),
            List.of());

    /**
     * Where the target listens and under which names.
     *
     * @param host address to bind
     * @param port TCP port, 0 to 65535; 0 takes a free one
     * @param model the one model served, of any alphabet, without control characters
     * @param apiKey key that {@code /v1} asks for as a bearer token; absent asks for none
     */
    public record Endpoint(String host, int port, String model, Optional<String> apiKey) {

        /** @throws IllegalArgumentException when a component is out of its range */
        public Endpoint {
            Objects.requireNonNull(apiKey, "apiKey");
            Require.within("port", port, 0, 65535);
            if (host.isBlank()) {
                throw new IllegalArgumentException("host must not be empty");
            }
            if (model.isBlank() || model.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "model must be a name without control characters, got \"" + model + "\"");
            }
            if (apiKey.isPresent() && apiKey.get().isBlank()) {
                throw new IllegalArgumentException("apiKey must not be empty");
            }
        }

        /** Without the key, which must not reach a log. */
        @Override
        public String toString() {
            return "Endpoint[" + host + ":" + port + ", model=" + model + ", apiKey="
                    + (apiKey.isPresent() ? "set" : "none") + "]";
        }
    }

    /**
     * @throws IllegalArgumentException when there are more than 1000 switches, or the KV cache is too small for one request of
     *     the greatest length
     */
    public SimulatedTargetSettings {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(timing, "timing");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(capacity, "capacity");
        Objects.requireNonNull(emitLogFile, "emitLogFile");
        Objects.requireNonNull(control, "control");
        Objects.requireNonNull(lockstep, "lockstep");
        regressions = List.copyOf(regressions);
        Require.within("regressions", regressions.size(), 0, 1000);
        int longest = capacity.maxModelLengthTokens();
        if (lockstep.isPresent() && lockstep.get().kv().tokens() < longest) {
            throw new IllegalArgumentException(
                    "a KV cache of " + lockstep.get().kv().tokens()
                            + " tokens does not hold one request of maxModelLengthTokens, " + longest);
        }
    }

    /** Every stream with a timing of its own; taking regressions over HTTP from programs on its machine. */
    public SimulatedTargetSettings(
            Endpoint endpoint,
            long seed,
            TimingSettings timing,
            OutputSettings output,
            CapacitySettings capacity,
            Optional<Path> emitLogFile,
            List<RegressionSchedule> regressions) {
        this(
                endpoint,
                seed,
                timing,
                output,
                capacity,
                emitLogFile,
                regressions,
                ControlAccess.of(Optional.empty()),
                Optional.empty());
    }

    /** This, listening elsewhere. */
    public SimulatedTargetSettings withEndpoint(Endpoint changed) {
        return new SimulatedTargetSettings(
                changed, seed, timing, output, capacity, emitLogFile, regressions, control, lockstep);
    }

    /** This, with another seed. */
    public SimulatedTargetSettings withSeed(long changed) {
        return new SimulatedTargetSettings(
                endpoint, changed, timing, output, capacity, emitLogFile, regressions, control, lockstep);
    }

    /** This, with other timing. */
    public SimulatedTargetSettings withTiming(TimingSettings changed) {
        return new SimulatedTargetSettings(
                endpoint, seed, changed, output, capacity, emitLogFile, regressions, control, lockstep);
    }

    /** This, with other output. */
    public SimulatedTargetSettings withOutput(OutputSettings changed) {
        return new SimulatedTargetSettings(
                endpoint, seed, timing, changed, capacity, emitLogFile, regressions, control, lockstep);
    }

    /** This, with other capacity. */
    public SimulatedTargetSettings withCapacity(CapacitySettings changed) {
        return new SimulatedTargetSettings(
                endpoint, seed, timing, output, changed, emitLogFile, regressions, control, lockstep);
    }

    /** This, writing its emit log to {@code file}. */
    public SimulatedTargetSettings withEmitLogFile(Path file) {
        return new SimulatedTargetSettings(
                endpoint, seed, timing, output, capacity, Optional.of(file), regressions, control, lockstep);
    }

    /** This, with other switches. */
    public SimulatedTargetSettings withRegressions(List<RegressionSchedule> changed) {
        return new SimulatedTargetSettings(
                endpoint, seed, timing, output, capacity, emitLogFile, changed, control, lockstep);
    }

    /** This, taking regressions over HTTP only from who knows a token. */
    public SimulatedTargetSettings withControlToken(String token) {
        return new SimulatedTargetSettings(
                endpoint,
                seed,
                timing,
                output,
                capacity,
                emitLogFile,
                regressions,
                ControlAccess.of(Optional.of(token)),
                lockstep);
    }

    /** This, with an engine that works in steps. */
    public SimulatedTargetSettings withLockstep(LockstepSettings changed) {
        return new SimulatedTargetSettings(
                endpoint, seed, timing, output, capacity, emitLogFile, regressions, control, Optional.of(changed));
    }
}
