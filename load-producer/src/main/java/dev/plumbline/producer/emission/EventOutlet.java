package dev.plumbline.producer.emission;

import dev.plumbline.producer.recorder.EndedRequest;

/** Where event loops leave what has ended. Never blocks. */
public interface EventOutlet {

    /**
     * Takes a request that ended.
     *
     * @return false when it was full: the request is lost, and the next marker must say so
     */
    boolean ended(EndedRequest request);

    /**
     * Takes a loop's word.
     *
     * @return false when the loop told enough already; it should try again later and say the same and more
     */
    boolean mark(Marker marker);
}
