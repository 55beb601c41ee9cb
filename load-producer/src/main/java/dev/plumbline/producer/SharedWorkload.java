package dev.plumbline.producer;

import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;

/** This producer's sessions of a workload that several ask: none of them is another's. */
record SharedWorkload(Workload ofAll, LoadShare share) implements Workload {

    @Override
    public Session session(long ordinal) {
        return ofAll.session(share.ordinalOfAll(ordinal));
    }

    @Override
    public boolean readsAnswers() {
        return ofAll.readsAnswers();
    }

    @Override
    public Workload salted(long salt) {
        return new SharedWorkload(ofAll.salted(salt), share);
    }
}
