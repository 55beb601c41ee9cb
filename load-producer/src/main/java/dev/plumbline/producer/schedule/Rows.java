package dev.plumbline.producer.schedule;

/**
 * The due times of one walker's rows of a list, each at its own time. Before them its rows of the beginning are due, as many as lie
 * within a warm-up; then the list begins again from its first row, so much later.
 */
final class Rows implements FireTimes {

    private final long[] dueNanos;
    private final int step;
    private final long warmupNanos;
    private final int first;
    private int next;
    private boolean isWarmup;

    Rows(long[] dueNanos, int index, int count, long warmupNanos) {
        if (index < 0 || index >= count || warmupNanos < 0) {
            throw new IllegalArgumentException(
                    "share " + index + " of " + count + ", warm-up of " + warmupNanos + " ns");
        }
        this.dueNanos = dueNanos.clone();
        this.first = index;
        this.step = count;
        this.next = index;
        this.warmupNanos = warmupNanos;
        this.isWarmup = warmupNanos > 0;
    }

    @Override
    public long nextDueNanos() {
        if (isWarmup && (next >= dueNanos.length || dueNanos[next] >= warmupNanos)) {
            isWarmup = false;
            next = first;
        }
        if (next >= dueNanos.length) {
            return NEVER;
        }
        long due = dueNanos[next] + (isWarmup ? 0 : warmupNanos);
        next += step;
        return due;
    }
}
