package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.client.InferenceClient;

/** What belongs to each lane on one event loop. */
interface Lanes {

    /** Who sends what takes a lane. */
    InferenceClient client(Lane lane);

    /** Who hears of a request. */
    RunObserver observer(Offer offer);

    /**
     * Hears when a pair is over.
     *
     * @param isWhole whether both halves were answered, so that they can be compared
     */
    void pairOver(Phase phase, boolean isWhole);

    /**
     * Hears of each round of a closed loop.
     *
     * @param lane of the request that ended the round
     * @param isInStep whether the clients sent together
     */
    void roundOver(Lane lane, long atNanos, boolean isInStep);
}
