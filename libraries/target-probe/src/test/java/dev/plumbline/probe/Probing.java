package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.TargetAddress.Wanted;
import dev.plumbline.probe.http.TlsTrust;
import dev.plumbline.protocol.EndpointType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Probes with timeouts for tests, and reads of their reports. */
final class Probing {

    /** Long where a slow machine must not fail a test, short where the test waits for it. */
    static final ProbeTimeouts PATIENT = timeouts(Duration.ofSeconds(20));

    private Probing() {}

    static ProbeTimeouts timeouts(Duration reply) {
        return new ProbeTimeouts(
                Duration.ofSeconds(20), reply, reply, reply, Duration.ofSeconds(20), Duration.ofMillis(1));
    }

    /** For steps that send nothing: there is no client. */
    static ProbeContext offline(TargetAddress address) {
        return new ProbeContext(
                address,
                System::nanoTime,
                ProbeListener.SILENT,
                TlsTrust.of(Optional.empty(), false),
                CompletableFuture.failedFuture(new AssertionError("nothing may be sent")));
    }

    static ProbeReport check(String url) throws InterruptedException {
        return check(TargetAddress.of(url).with(PATIENT));
    }

    static ProbeReport check(String url, Wanted wanted) throws InterruptedException {
        return check(TargetAddress.of(url).with(PATIENT).with(wanted));
    }

    static ProbeReport check(TargetAddress address) throws InterruptedException {
        return new TargetProbe(address, System::nanoTime, "", ProbeListener.SILENT).check();
    }

    static Wanted model(String name) {
        return new Wanted(Optional.empty(), Optional.empty(), Optional.of(name), Optional.empty());
    }

    static Wanted type(EndpointType type) {
        return new Wanted(Optional.of(type), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static StepOutcome outcome(ProbeReport report, Step step) {
        return report.steps().stream()
                .filter(result -> result.step() == step)
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    /** The line of a step, whatever came of it. */
    static String line(ProbeReport report, Step step) {
        return switch (outcome(report, step)) {
            case Passed passed -> "passed: " + passed.detail();
            case Failed failed -> "failed: " + failed.line();
            case Skipped skipped -> "skipped: " + skipped.why();
        };
    }
}
