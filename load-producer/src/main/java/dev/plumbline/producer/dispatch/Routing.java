package dev.plumbline.producer.dispatch;

import dev.plumbline.workload.RequestClass;
import java.util.List;

/** Which lane a session takes, with all its turns. Safe for any thread; the same answer at each call. */
public interface Routing {

    /** The lane of the session with this ordinal. */
    Lane lane(long ordinal, RequestClass requestClass);

    /** Every lane that may be taken. */
    List<Lane> lanes();

    /** All take one lane. */
    static Routing to(Lane lane) {
        return new Routing() {
            @Override
            public Lane lane(long ordinal, RequestClass requestClass) {
                return lane;
            }

            @Override
            public List<Lane> lanes() {
                return List.of(lane);
            }
        };
    }
}
