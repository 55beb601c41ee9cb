package dev.plumbline.producer.tokens;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.emission.MarkedQueue.Item;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.Countable;
import dev.plumbline.producer.recorder.EndedRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The one thread that has tokens counted. Requests and markers go through it in the order in which they came, so that what a
 * marker says stays true.
 *
 * <p>When it falls behind it lets requests through uncounted, by what the server or the chunks say, and counts how many. It
 * loses an event only where the queue behind it would, and says so in the next marker.
 */
public final class TokenStage implements EventOutlet, Runnable {

    /** Most requests whose tokens are counted at the same time. */
    private static final int BATCH = 32;

    private static final long POLL_NANOS = 10_000_000;
    private static final long GIVING_UP_MILLIS = 500;
    private static final long BATCH_TIMEOUT_SECONDS = 10;

    private final MarkedQueue queue;
    private final TokenCounter counter;
    private final EventOutlet next;
    private final Consumer<EndedRequest> counted;
    private final LongAdder uncounted = new LongAdder();
    /** Bounded, because a marker that waits here is not released. */
    private final ArrayDeque<Marker> refused = new ArrayDeque<>();

    private final CountDownLatch finished = new CountDownLatch(1);
    /** Since the last marker that went on. */
    private final Map<ComparisonGroup, Long> lost = new HashMap<>();

    private int loopsLeft;
    private volatile boolean givenUp;

    /**
     * @param capacity most requests that wait here
     * @param capacityBytes most that they take in memory, their texts included
     * @param loops how many event loops leave markers
     * @param next where everything goes
     * @param counted hears of each request once its tokens are known, on this stage's thread
     */
    public TokenStage(
            int capacity,
            long capacityBytes,
            int loops,
            TokenCounter counter,
            EventOutlet next,
            Consumer<EndedRequest> counted) {
        this.queue = new MarkedQueue(capacity, capacityBytes, loops);
        this.counter = counter;
        this.next = next;
        this.counted = counted;
        this.loopsLeft = loops;
    }

    @Override
    public boolean ended(EndedRequest request) {
        return queue.ended(request);
    }

    @Override
    public boolean mark(Marker marker) {
        return queue.mark(marker);
    }

    /** Requests that a tokenizer should have counted and did not: it was behind, or could not. Any thread. */
    public long uncountedRequests() {
        return uncounted.sum();
    }

    /**
     * Waits until the last marker of every loop has gone through. After the timeout nothing more is counted and what waits
     * goes through as it is. Any thread.
     */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        boolean done = finished.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        givenUp = true;
        return done || finished.await(GIVING_UP_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        try {
            List<Item> batch = new ArrayList<>();
            while (loopsLeft > 0 && !(givenUp && queue.size() == 0)) {
                Optional<Item> first = queue.poll(POLL_NANOS);
                if (first.isPresent()) {
                    batch.add(first.get());
                    queue.drainTo(batch, BATCH - 1);
                    pass(batch);
                    batch.clear();
                }
                passMarkers();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            counter.close();
            finished.countDown();
        }
    }

    private record Counting(CompletableFuture<OptionalLong> prompt, List<CompletableFuture<OptionalLong>> outputs) {

        private static final Counting NONE =
                new Counting(CompletableFuture.completedFuture(OptionalLong.empty()), List.of());

        /** Of all answers; empty where one could not be counted. */
        OptionalLong output() {
            long sum = 0;
            for (CompletableFuture<OptionalLong> one : outputs) {
                OptionalLong tokens = joined(one);
                if (tokens.isEmpty()) {
                    return tokens;
                }
                sum += tokens.getAsLong();
            }
            return outputs.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sum);
        }
    }

    private void pass(List<Item> batch) {
        boolean behind = givenUp || queue.isHalfFull();
        List<Counting> countings = new ArrayList<>(batch.size());
        for (Item item : batch) {
            countings.add(counting(item, behind));
        }
        for (int i = 0; i < batch.size(); i++) {
            switch (batch.get(i)) {
                case Item.Ended ended -> pass(ended.request(), countings.get(i));
                case Item.Marked marked -> {
                    refused.addLast(marked.marker());
                    passMarkers();
                }
            }
        }
    }

    private Counting counting(Item item, boolean behind) {
        if (behind
                || !(item instanceof Item.Ended ended)
                || ended.request().countable().isEmpty()) {
            return Counting.NONE;
        }
        EndedRequest request = ended.request();
        Countable texts = request.countable().get();
        boolean toldByServer = request.response().tokens().prompt().isPresent();
        return new Counting(
                toldByServer ? Counting.NONE.prompt() : counter.count(texts.prompt()),
                texts.answers().stream().map(counter::count).toList());
    }

    private void pass(EndedRequest request, Counting counting) {
        EndedRequest known = request;
        if (request.countable().isPresent()) {
            OptionalLong output = counting.output();
            if (output.isEmpty()) {
                uncounted.increment();
            }
            known = request.counted(counter.source(), joined(counting.prompt()), output);
        }
        counted.accept(known);
        if (!next.ended(known)) {
            lost.merge(known.series().group(), 1L, Long::sum);
        }
    }

    private static OptionalLong joined(CompletableFuture<OptionalLong> count) {
        return count.completeOnTimeout(OptionalLong.empty(), BATCH_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Passes on what markers there are; one that is refused waits here and holds up no request. */
    private void passMarkers() {
        while (!refused.isEmpty()) {
            Marker marker = refused.getFirst();
            if (!next.mark(marker.alsoLost(lost))) {
                return;
            }
            refused.removeFirst();
            queue.release(marker);
            lost.clear();
            if (marker.last()) {
                loopsLeft--;
            }
        }
    }
}
