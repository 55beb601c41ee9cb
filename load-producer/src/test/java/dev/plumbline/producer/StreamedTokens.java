package dev.plumbline.producer;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.target.EmitRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * How many chunks of an answer were written or seen by a moment: not exactly, because no log has a line per chunk, but bounds that
 * hold on a machine of any speed.
 */
final class StreamedTokens {

    private record Gaps(double longestNanos, long count) {}

    private StreamedTokens() {}

    /**
     * Chunks with content that were stamped before a moment, at least: the time since the first is filled by gaps, and the longest of
     * them fill it with the fewest.
     */
    static long seenAtLeast(RequestEvent request, long beforeNanos) {
        long chunks = request.response().contentChunks();
        if (chunks == 0 || beforeNanos <= firstNanos(request)) {
            return 0;
        }
        return beforeNanos > lastNanos(request) ? chunks : gapsThatFill(request, beforeNanos - firstNanos(request));
    }

    /** The same at most, by what was seen from the moment on. */
    static long seenAtMost(RequestEvent request, long beforeNanos) {
        long chunks = request.response().contentChunks();
        if (chunks == 0 || beforeNanos <= firstNanos(request)) {
            return 0;
        }
        return beforeNanos > lastNanos(request)
                ? chunks
                : chunks - gapsThatFill(request, lastNanos(request) - beforeNanos + 1);
    }

    /**
     * Chunks that a target without jitter had written before a moment, at most: none is written before it is due.
     *
     * @param firstNanos how long after the request was admitted the first chunk is due
     * @param apartNanos how much later each chunk is due than the one before
     */
    static long writtenAtMost(EmitRecord written, long firstNanos, long apartNanos, long beforeNanos) {
        if (written.contentChunks() == 0) {
            return 0;
        }
        long sinceFirstNanos =
                beforeNanos - 1 - (written.stamps().admittedNanos().orElseThrow() + firstNanos);
        return sinceFirstNanos < 0 ? 0 : Math.min(written.contentChunks(), 1 + sinceFirstNanos / apartNanos);
    }

    private static long firstNanos(RequestEvent request) {
        return request.stamps().firstContentNanos().orElseThrow();
    }

    private static long lastNanos(RequestEvent request) {
        return request.stamps().lastContentNanos().orElseThrow();
    }

    private static long gapsThatFill(RequestEvent request, long spanNanos) {
        Histogram gaps = request.response().chunkGaps();
        List<Gaps> ascending = new ArrayList<>();
        ascending.add(new Gaps(Buckets.LOWEST_NANOS, gaps.belowCount()));
        gaps.forEachBucket((index, count) -> ascending.add(new Gaps(Buckets.upperBoundNanos(index), count)));
        double leftNanos = spanNanos;
        long fill = 0;
        for (Gaps each : ascending.reversed()) {
            long needed = Math.min(each.count(), (long) Math.ceil(leftNanos / each.longestNanos()));
            fill += needed;
            leftNanos -= needed * each.longestNanos();
            if (leftNanos <= 0) {
                break;
            }
        }
        return fill;
    }
}
