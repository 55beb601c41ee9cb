package dev.plumbline.producer.dispatch;

/** A request that fell due. */
record Offer(Phase phase, Preparation from, Prepared request, long dueNanos) {

    Lane lane() {
        return request.lane();
    }
}
