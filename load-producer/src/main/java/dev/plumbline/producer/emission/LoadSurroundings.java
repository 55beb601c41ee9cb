package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.RequestEvent;
import java.util.Collections;
import java.util.SortedMap;

/** What is seen around the load. Asked by the sender's thread, where it costs no event loop time. */
public interface LoadSurroundings {

    /** Nobody looks. */
    LoadSurroundings UNSEEN = new LoadSurroundings() {
        @Override
        public RequestEvent sampled(RequestEvent event) {
            return event;
        }

        @Override
        public SortedMap<Long, Circumstances> drain(String variant) {
            return Collections.emptySortedMap();
        }
    };

    /** The event with the samples that were nearest to it. */
    RequestEvent sampled(RequestEvent event);

    /**
     * What was seen around a variant's target and not taken before, by the start of its second in milliseconds since the Unix epoch.
     * It is told for every series of the variant: all of them share what is around.
     */
    SortedMap<Long, Circumstances> drain(String variant);
}
