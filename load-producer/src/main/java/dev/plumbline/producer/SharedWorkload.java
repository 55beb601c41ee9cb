package dev.plumbline.producer;

import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.List;

/** This producer's sessions of a workload that several ask: none of them is another's. */
record SharedWorkload(Workload ofAll, LoadShare share) implements Workload {

    @Override
    public Session session(long ordinal) {
        return ofAll.session(share.ordinalOfAll(ordinal));
    }

    @Override
    public List<RequestClass> classes() {
        return ofAll.classes();
    }

    @Override
    public List<String> tenants() {
        return ofAll.tenants();
    }

    @Override
    public List<Kind> kinds() {
        return ofAll.kinds();
    }

    @Override
    public int atOnce() {
        return ofAll.atOnce();
    }

    @Override
    public boolean readsAnswers() {
        return ofAll.readsAnswers();
    }

    @Override
    public boolean tellsOrdinals() {
        return ofAll.tellsOrdinals();
    }

    @Override
    public Workload salted(long salt) {
        return new SharedWorkload(ofAll.salted(salt), share);
    }
}
