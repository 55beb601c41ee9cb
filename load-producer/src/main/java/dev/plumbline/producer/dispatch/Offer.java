package dev.plumbline.producer.dispatch;

/**
 * A request that fell due.
 *
 * @param round what fell due with it
 */
record Offer(Phase phase, Preparation from, Prepared request, long dueNanos, Round round) {

    Lane lane() {
        return request.lane();
    }
}
