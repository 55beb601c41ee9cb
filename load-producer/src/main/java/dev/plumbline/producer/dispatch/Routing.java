package dev.plumbline.producer.dispatch;

import dev.plumbline.workload.Session;
import java.util.List;

/** Which lane a session takes, with all its turns. Safe for any thread; the same answer at each call. */
public interface Routing {

    /** Who is asked in the session with this ordinal. */
    Route route(long ordinal, Session session);

    /** Every lane that may be taken; one or more. */
    List<Lane> lanes();

    /** All take one lane. */
    static Routing to(Lane lane) {
        Route route = Route.to(lane);
        return new Routing() {
            @Override
            public Route route(long ordinal, Session session) {
                return route;
            }

            @Override
            public List<Lane> lanes() {
                return List.of(lane);
            }
        };
    }
}
