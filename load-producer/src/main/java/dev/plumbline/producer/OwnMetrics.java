package dev.plumbline.producer;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.emission.EmissionCounters;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.tokens.TokenStage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a producer exposes of itself, beside its requests and its samples. Read when somebody asks.
 *
 * @param targets by the variant that each serves
 * @param isWarm whether both warm-ups are over
 * @param selfWarmupRequests that warmed the producer's own path so far
 */
record OwnMetrics(
        LoadCounters load,
        Map<String, TargetNotes> targets,
        EmissionCounters emission,
        MarkedQueue queue,
        Optional<TokenStage> tokenStage,
        Protection protection,
        ProducerClock clock,
        List<LoadLoop> loops,
        Supplier<LostTime> lostTime,
        BooleanSupplier isWarm,
        LongSupplier selfWarmupRequests) {

    OwnMetrics {
        targets = Map.copyOf(targets);
        loops = List.copyOf(loops);
    }

    void register(ProducerMetrics metrics) {
        metrics.counter(
                "plumbline_producer_acknowledged_total",
                "Request events that Kafka acknowledged",
                emission::acknowledgedEvents);
        metrics.counter(
                "plumbline_producer_lost_total", "Request events that never got to Kafka", emission::lostEvents);
        metrics.counter(
                "plumbline_producer_heartbeats_total",
                "Heartbeats that Kafka acknowledged",
                emission::acknowledgedHeartbeats);
        metrics.counter(
                "plumbline_producer_heartbeats_failed_total",
                "Heartbeats that never got to Kafka; what they said went into the next",
                emission::failedHeartbeats);
        metrics.counter(
                "plumbline_producer_markers_refused_total",
                "Markers that waited for a later tick because the sender was behind",
                load::refusedMarkers);
        metrics.counter(
                "plumbline_producer_discarded_slots_total",
                "Seconds of activity that no heartbeat told: there were too many, or the end came first",
                () -> emission.discardedSlots()
                        + loops.stream().mapToLong(LoadLoop::discardedSlots).sum());
        metrics.gauge("plumbline_producer_queue_bytes", "About what waits for the sender, in memory", queue::bytes);
        metrics.gauge(
                "plumbline_producer_wall_clock_offset_milliseconds",
                "How far the machine's wall clock is ahead of this producer's; beside 0 for a moment when it was set",
                clock::wallOffsetMillis);
        metrics.counter(
                "plumbline_producer_clock_reanchored_total",
                "How often wall time was read anew, because the machine's clock was set or the machine slept",
                clock::timesReanchored);
        metrics.counter("plumbline_producer_due_total", "Requests that fell due", load::dueRequests);
        metrics.gauge("plumbline_producer_queue_items", "Requests and markers that wait for the sender", queue::size);
        metrics.gauge("plumbline_producer_in_flight", "Requests in flight", load::inFlightRequests);
        metrics.counter("plumbline_producer_retries_total", "Tries beyond the first", load::retriedRequests);
        metrics.gaugeBySeries(
                "plumbline_producer_series_in_flight",
                "Requests in flight of a series",
                series -> load.of(series).inFlightRequests());
        metrics.countersBy(
                "whole",
                "plumbline_producer_pairs_total",
                "Pairs of requests that are over, by whether both halves were answered and so compare",
                Map.of("true", () -> load.pairs() - load.brokenPairs(), "false", load::brokenPairs));
        metrics.countersBy(
                "in_step",
                "plumbline_producer_rounds_total",
                "Rounds of a closed loop, as many starts in a row as it has clients, by whether these sent together",
                Map.of("true", load::roundsInStep, "false", () -> load.rounds() - load.roundsInStep()));
        metrics.countersBy(
                "variant",
                "plumbline_producer_repeated_total",
                "Requests written once more, to a new connection, because a kept one ended before any answer",
                each(targets, of -> of.connections()::repeatedRequests));
        metrics.gaugesBy(
                "variant",
                "plumbline_producer_reuse_given_up",
                "1 once connections are no longer kept, because the target ended them all after one answer",
                each(targets, of -> () -> of.connections().isGivenUp() ? 1 : 0));
        metrics.countersBy(
                "variant",
                "plumbline_producer_answers_mislabelled_total",
                "Answers whose content type was not that of their body, which was read all the same",
                each(targets, of -> of.answers()::mislabelledAnswers));
        metrics.countersBy(
                "variant",
                "plumbline_producer_usage_refused_total",
                "Answers with token counts of the server that cannot be true, so that the next source was taken",
                each(targets, of -> of.answers()::refusedUsages));
        metrics.counter(
                "plumbline_producer_tokens_uncounted_total",
                "Requests that a tokenizer should have counted and did not: it was behind, or could not",
                () -> tokenStage.map(TokenStage::uncountedRequests).orElse(0L));
        metrics.gauge("plumbline_producer_warm", "1 once both warm-ups are over", () -> isWarm.getAsBoolean() ? 1 : 0);
        metrics.gauge(
                "plumbline_producer_self_warmup_requests",
                "Requests that warmed the producer's own path",
                selfWarmupRequests::getAsLong);
        metrics.countersBy(
                "variant",
                "plumbline_producer_breaker_opened_total",
                "How often the target was left alone because it failed too often",
                each(protection.breakers(), breaker -> breaker::timesOpened));
        metrics.gaugesBy(
                "variant",
                "plumbline_producer_breaker_open",
                "1 while the target is left alone because it failed too often",
                each(
                        protection.breakers(),
                        breaker -> () -> breaker.openSinceNanos().isPresent() ? 1 : 0));
        metrics.accusations(this::accusations);
        metrics.secondsByLoop(
                "plumbline_producer_event_loop_cpu_seconds_total",
                "CPU time of each event loop, which can use one processor",
                loops.stream()
                        .<Supplier<OptionalLong>>map(loop -> loop.selfCheck()::loopCpuNanos)
                        .toList());
        metrics.seconds(
                "plumbline_producer_collector_paused_seconds_total",
                "Time in which the garbage collector stopped the producer",
                () -> lostTime.get().collectorNanos());
        metrics.seconds(
                "plumbline_producer_cpu_throttled_seconds_total",
                "Time in which a limit on CPU time stopped the producer or a group that it is in, summed over processors",
                () -> lostTime.get().throttledNanos());
        metrics.seconds(
                "plumbline_producer_cpu_stolen_seconds_total",
                "Time in which the machine's processors wanted to run and the hypervisor ran others",
                () -> lostTime.get()
                        .stolen()
                        .map(stolen -> OptionalLong.of(stolen.nanos()))
                        .orElse(OptionalLong.empty()));
    }

    private static <V, S> Map<String, S> each(Map<String, V> ofVariants, Function<V, S> value) {
        Map<String, S> values = new TreeMap<>();
        ofVariants.forEach((variant, of) -> values.put(variant, value.apply(of)));
        return values;
    }

    private long accusations(Activity.Sickness sickness) {
        return loops.stream()
                .mapToLong(loop -> loop.selfCheck().accusations(sickness))
                .sum();
    }
}
